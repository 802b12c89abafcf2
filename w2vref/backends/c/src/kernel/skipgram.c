/*
 * skipgram.c - the context word's vector predicts the centre word (as word2vec.c and gensim).
 */

/* Take one skip-gram step by the general way: any number of rows, repeats, locks, both objectives. */
static void w2v_sg_step(w2v_worker *worker, w2v_projection *projection, float *input, int64_t input_id,
                        int64_t target_id, float *const *rows, int64_t count, int learn_vectors)
{
    const w2v_model *model = worker->model;
    projection->hidden = input;
    w2v_train_objectives(worker, projection, target_id, rows, count);
    if (!learn_vectors)
        return;
    if (model->lock_count)
        w2v_add_scaled(worker->extent, input, w2v_lock(model, input_id), projection->error);
    else
        w2v_add(worker->extent, input, projection->error);
}

/*
 * Take one negative-sampling step on `count` different rows, and plan a later one between its scores
 * and its update. The error stays in registers: it is added to the input row at once.
 */
W2V_INLINE void w2v_sg_fused_step(w2v_worker *worker, const w2v_plan *plan, int count, int64_t extent)
{
    float *const input = plan->input;
    float *rows[W2V_GROUP];
    for (int i = 0; i < count; i++)
        rows[i] = plan->rows[i];
    float g[W2V_GROUP] __attribute__((aligned(32)));
    const w2v_sums x = w2v_dots(count, extent, input, rows);
    w2v_gradients(x, w2v_negative_labels, worker->tokens[plan->center].alpha, g);
    if (W2V_UNLIKELY(worker->run->compute_loss))
        worker->loss += w2v_group_loss(x, w2v_negative_labels, count);

    w2v_vec all_g[W2V_GROUP];
    for (int i = 0; i < count; i++)
        all_g[i] = w2v_all(g[i]);
    float *const *const coming = w2v_coming_plan(worker)->rows;
    for (int64_t block = 0; block < extent; block += W2V_BLOCK) {
#pragma GCC unroll 4
        for (int part = 0; part < W2V_PARTS; part++) {
            const int64_t at = block + part * W2V_WIDTH;
            if (at >= extent)
                break;
            const w2v_vec hidden = w2v_load(input + at);
            w2v_store(input + at, hidden + w2v_update(count, at, hidden, rows, all_g, w2v_all(0.0f), 1));
        }
        w2v_prefetch_rows(coming, count, block);
    }
}

/* Take a planned pair, and plan a later one. */
static void w2v_sg_take(w2v_worker *worker, const w2v_plan *plan)
{
    const w2v_token *token = &worker->tokens[plan->center];
    const int64_t extent = worker->extent;
    if (W2V_LIKELY(worker->fusible && w2v_distinct(plan))) {
        W2V_BY_COUNT(plan->count, w2v_sg_fused_step(worker, plan, n, extent))
        return;
    }
    w2v_projection projection = {.error = worker->error, .extent = extent, .alpha = token->alpha,
                                 .learn_hidden = 1, .compute_loss = worker->run->compute_loss};
    w2v_sg_step(worker, &projection, plan->input, worker->tokens[plan->begin].word_id, token->word_id,
                plan->rows, plan->count, 1);
    worker->loss += projection.loss;
}
