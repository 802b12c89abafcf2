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

/* Take a planned pair by the general way. */
W2V_NOINLINE void w2v_sg_take_any(w2v_worker *worker, const w2v_plan *plan)
{
    const w2v_token *token = &worker->tokens[plan->center];
    w2v_projection projection = {.error = worker->error, .extent = worker->extent, .alpha = token->alpha,
                                 .learn_hidden = 1, .compute_loss = worker->run->compute_loss};
    w2v_draw_coming_noise(worker);
    w2v_sg_step(worker, &projection, plan->input, worker->tokens[plan->begin].word_id, token->word_id,
                worker->step_rows, w2v_list_step_rows(worker, plan), 1);
    worker->loss += projection.loss;
}

/*
 * Take a planned pair: the error of a short one is added to the input row at once. In line in the loop over the pairs: to
 * save and set up registers for each took some hundredths of the time.
 */
W2V_INLINE void w2v_sg_take(w2v_worker *worker, const w2v_plan *plan)
{
    if (W2V_LIKELY(w2v_is_distinct(worker))) {
        W2V_BY_COUNT(worker->model->negative + 1, w2v_take_rows(worker, plan, n, plan->input, plan->input, W2V_ADD_TO_HIDDEN,
                                                W2V_OVERLAPS))
        return;
    }
    w2v_sg_take_any(worker, plan);
}
