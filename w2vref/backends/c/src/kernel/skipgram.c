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
        w2v_add_scaled(model->stride, input, w2v_lock(model, input_id), projection->error);
    else
        w2v_add(model->stride, input, projection->error);
}
