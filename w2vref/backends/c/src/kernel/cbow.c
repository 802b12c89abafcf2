/*
 * cbow.c - the mean (or the sum) of the context's vectors predicts the centre word.
 */

/* float32(1) / float32(n), the one factor 1/n of CBOW. */
W2V_INLINE float w2v_reciprocal(int64_t n)
{
    return 1.0f / (float)n;
}

/*
 * Write the projection of a context: its rows added left to right, times 1/n for the mean.
 * The context is rows[0 .. before) and rows[skip .. count): the centre in between is left out.
 */
W2V_INLINE void w2v_project(const w2v_model *model, float *const *rows, int64_t before, int64_t skip,
                            int64_t count, float *hidden)
{
    const int64_t stride = model->stride;
    for (int64_t at = 0; at < stride; at += W2V_WIDTH) {
        w2v_vec sum = w2v_all(0.0f);
        for (int64_t i = 0; i < before; i++)
            sum += w2v_load(rows[i] + at);
        for (int64_t i = skip; i < count; i++)
            sum += w2v_load(rows[i] + at);
        if (model->cbow_mean)
            sum *= w2v_all(w2v_reciprocal(count - (skip - before)));
        w2v_store(hidden + at, sum);
    }
}

/* Add the error of a step to one context row. */
W2V_INLINE void w2v_cbow_add(const w2v_model *model, float *row, const float *error)
{
    if (model->lock_count)
        w2v_add_scaled(model->stride, row,
                       w2v_lock(model, (row - model->input_vectors) / model->stride), error);
    else
        w2v_add(model->stride, row, error);
}

/* Take one CBOW step by the general way. The context is given as in w2v_project. */
static void w2v_cbow_step(w2v_worker *worker, w2v_projection *projection, float *const *context, int64_t before,
                          int64_t skip, int64_t context_count, int64_t target_id, float *const *rows,
                          int64_t count, int learn_vectors)
{
    const w2v_model *model = worker->model;
    w2v_train_objectives(worker, projection, target_id, rows, count);
    if (model->divides_error) {
        const w2v_vec factor = w2v_all(w2v_reciprocal(context_count - (skip - before)));
        for (int64_t at = 0; at < model->stride; at += W2V_WIDTH)
            w2v_store(projection->error + at, w2v_load(projection->error + at) * factor);
    }
    if (!learn_vectors)
        return;
    for (int64_t i = 0; i < before; i++)
        w2v_cbow_add(model, context[i], projection->error);
    for (int64_t i = skip; i < context_count; i++)
        w2v_cbow_add(model, context[i], projection->error);
}
