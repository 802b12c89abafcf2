/*
 * cbow.c - the mean (or the sum) of the context's vectors predicts the centre word.
 */

/* float32(1) / float32(n), the one factor 1/n of CBOW. */
W2V_INLINE float w2v_reciprocal(int64_t n)
{
    return 1.0f / (float)n;
}

/* Write the projection of a context: its rows[0 .. count) added left to right, times 1/n for the mean. */
W2V_INLINE void w2v_project(const w2v_model *model, int64_t extent, float *const *rows, int64_t count, float *hidden)
{
    w2v_scaled_sum(extent, hidden, count, rows, model->cbow_mean ? w2v_reciprocal(count) : 1.0f);
}

/* Add the error of a step, times 1/n if the gradient is so chosen, to each row of its context in turn. */
static void w2v_cbow_scatter(const w2v_model *model, int64_t extent, float *const *context, int64_t count, float *error,
                             int learn_vectors)
{
    if (model->divides_error)
        w2v_scale(extent, error, w2v_reciprocal(count));
    if (!learn_vectors)
        return;
    if (!model->lock_count) {
        w2v_add_to_rows(extent, count, context, error);
        return;
    }
    for (int64_t i = 0; i < count; i++)
        w2v_add_scaled(extent, context[i], w2v_lock(model, (context[i] - model->input_vectors) / model->stride), error);
}

/* Take one CBOW step by the general way, with the projection given. */
static void w2v_cbow_step(w2v_worker *worker, w2v_projection *projection, float *const *context,
                          int64_t context_count, int64_t target_id, float *const *rows, int64_t count,
                          int learn_vectors)
{
    w2v_train_objectives(worker, projection, target_id, rows, count);
    w2v_cbow_scatter(worker->model, worker->extent, context, context_count, projection->error, learn_vectors);
}

/* Write the rows of a plan's context, without the centre; return how many. */
W2V_INLINE int64_t w2v_gather_context(w2v_worker *worker, const w2v_plan *plan)
{
    return w2v_list_window(worker->context_rows, worker->token_rows + plan->begin, plan->begin, plan->center, plan->end - 1);
}

/* Take a planned step. */
static void w2v_cbow_take(w2v_worker *worker, const w2v_plan *plan)
{
    const w2v_model *model = worker->model;
    const w2v_token *token = &worker->tokens[plan->center];
    float *const *context = worker->context_rows;
    const int64_t context_count = w2v_gather_context(worker, plan);
    w2v_project(model, worker->extent, context, context_count, worker->hidden);
    if (W2V_LIKELY(w2v_is_distinct(worker))) {
#if W2V_OVERLAPS
        w2v_error_first(worker, plan);
#else
        W2V_BY_COUNT(model->negative + 1,
                     w2v_take_rows(worker, plan, n, worker->hidden, worker->error, W2V_KEEP_ERROR, 1))
#endif
        w2v_cbow_scatter(model, worker->extent, context, context_count, worker->error, 1);
        return;
    }
#if W2V_OVERLAPS
    w2v_catch_up(worker);
#endif
    w2v_draw_coming_noise(worker);
    w2v_projection projection = {.hidden = worker->hidden, .error = worker->error, .extent = worker->extent,
                                 .alpha = token->alpha, .learn_hidden = 1,
                                 .compute_loss = worker->run->compute_loss};
    w2v_cbow_step(worker, &projection, context, context_count, token->word_id, worker->step_rows,
                  w2v_list_step_rows(worker, plan), 1);
    worker->loss += projection.loss;
}
