/*
 * pairs.c - the pair functions one at a time, with the draws given.
 */

/* Write the rows of the target and of the negatives that are not the target; return how many. */
static int64_t w2v_gather_negatives(const w2v_model *model, int64_t target_id, const int64_t *negative_ids,
                                    int64_t negative_count, float **rows)
{
    int64_t count = 0;
    if (!model->negative)
        return 0;
    rows[count++] = w2v_row(model->output_vectors, model->stride, target_id);
    for (int64_t i = 0; i < negative_count; i++)
        if (negative_ids[i] != target_id)
            rows[count++] = w2v_row(model->output_vectors, model->stride, negative_ids[i]);
    return count;
}

static int w2v_do_train_sg_pair(const w2v_model *model, int64_t input_id, int64_t target_id,
                                const int64_t *negative_ids, int64_t negative_count, float alpha,
                                int learn_vectors, int learn_hidden, float *hidden_error, double *loss)
{
    w2v_worker worker;
    if (w2v_worker_open(&worker, model, 0, negative_count, 0, 0) != W2V_OK)
        return W2V_NO_MEMORY;
    const w2v_float_mode mode = w2v_enter_ieee();
    w2v_projection projection = {.error = hidden_error, .extent = w2v_extent(model->size), .alpha = alpha,
                                 .learn_hidden = learn_hidden, .compute_loss = 1};
    float **rows = worker.step_rows;
    const int64_t count = w2v_gather_negatives(model, target_id, negative_ids, negative_count, rows);
    w2v_sg_step(&worker, &projection, w2v_row(model->input_vectors, model->stride, input_id), input_id,
                target_id, rows, count, learn_vectors);
    *loss = projection.loss;
    w2v_leave_ieee(mode);
    w2v_worker_close(&worker);
    return W2V_OK;
}

static int w2v_do_train_cbow_pair(const w2v_model *model, const int64_t *context_ids, int64_t context_count,
                                  const float *hidden, int64_t target_id, const int64_t *negative_ids,
                                  int64_t negative_count, float alpha, int learn_vectors, int learn_hidden,
                                  float *hidden_error, double *loss)
{
    w2v_worker worker;
    if (w2v_worker_open(&worker, model, context_count, negative_count, 0, 0) != W2V_OK)
        return W2V_NO_MEMORY;
    const w2v_float_mode mode = w2v_enter_ieee();
    w2v_projection projection = {.hidden = hidden, .error = hidden_error, .extent = w2v_extent(model->size),
                                 .alpha = alpha, .learn_hidden = learn_hidden, .compute_loss = 1};
    float **rows = worker.step_rows;
    const int64_t count = w2v_gather_negatives(model, target_id, negative_ids, negative_count, rows);
    for (int64_t i = 0; i < context_count; i++)
        worker.token_rows[i] = w2v_row(model->input_vectors, model->stride, context_ids[i]);
    w2v_cbow_step(&worker, &projection, worker.token_rows, context_count, target_id, rows, count,
                  learn_vectors);
    *loss = projection.loss;
    w2v_leave_ieee(mode);
    w2v_worker_close(&worker);
    return W2V_OK;
}
