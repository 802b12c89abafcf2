/*
 * score.c - the log-probability of sentences: full windows, no subsampling, nothing changes.
 */

/* Return the dot of two rows (stride,). */
W2V_INLINE float w2v_dot(int64_t extent, const float *hidden, float *row)
{
    return w2v_dots(1, extent, hidden, &row).part[0][0];
}

/* Return log p(target | hidden) by hierarchical softmax, or log s(u_t . h) without it, in nats. */
static double w2v_score_objectives(const w2v_model *model, const float *hidden, int64_t target_id)
{
    if (!model->hs)
        return w2v_log_sigmoid(
            w2v_dot(w2v_extent(model->size), hidden, w2v_row(model->output_vectors, model->stride, target_id)));
    double score = 0.0;
    for (int64_t i = model->code_offsets[target_id]; i < model->code_offsets[target_id + 1]; i++) {
        const double x =
            w2v_dot(w2v_extent(model->size), hidden, w2v_row(model->node_vectors, model->stride, model->points[i]));
        score += w2v_log_sigmoid(model->codes[i] ? -x : x);
    }
    return score;
}

static double w2v_do_score_pair(const w2v_model *model, const float *hidden, int64_t target_id)
{
    const w2v_float_mode mode = w2v_enter_ieee();
    const double score = w2v_score_objectives(model, hidden, target_id);
    w2v_leave_ieee(mode);
    return score;
}

/* Return the sum of the scores of one centre's pairs. context: its rows. */
static double w2v_score_center(const w2v_model *model, float *const *context, int64_t count, int64_t target_id,
                               float *hidden)
{
    double score = 0.0;
    if (count == 0)
        return 0.0;
    if (!model->sg) {
        w2v_project(model, w2v_extent(model->size), context, count, hidden);
        return w2v_score_objectives(model, hidden, target_id);
    }
    for (int64_t i = 0; i < count; i++)
        score += w2v_score_objectives(model, context[i], target_id);
    return score;
}

/*
 * Return the score of a sentence of `length` words, or of its beginning after a stop.
 * rows: scratch for 2 * window pointers.
 */
static double w2v_score_sentence(const w2v_model *model, const int32_t *words, int64_t length,
                                 const int32_t *stop, float **rows, float *hidden)
{
    double score = 0.0;
    for (int64_t center = 0; center < length && !__atomic_load_n(stop, __ATOMIC_RELAXED); center++) {
        const int64_t begin = center > model->window ? center - model->window : 0;
        const int64_t end = length - center > model->window ? center + model->window + 1 : length;
        int64_t count = 0;
        for (int64_t i = begin; i < end; i++)
            if (i != center)
                rows[count++] = w2v_row(model->input_vectors, model->stride, words[i]);
        score += w2v_score_center(model, rows, count, words[center], hidden);
    }
    return score;
}

static int w2v_do_score(const w2v_model *model, const w2v_corpus *corpus, const int32_t *stop,
                        int64_t *next_sentence, double *scores)
{
    w2v_worker worker;
    const int64_t window = model->window < corpus->words ? model->window : corpus->words;
    if (w2v_worker_open(&worker, model, 2 * window, 0, 0, 0) != W2V_OK)
        return W2V_NO_MEMORY;
    const w2v_float_mode mode = w2v_enter_ieee();
    int status = W2V_OK;
    while (!__atomic_load_n(stop, __ATOMIC_RELAXED)) {
        const int64_t sentence = __atomic_fetch_add(next_sentence, 1, __ATOMIC_RELAXED);
        if (sentence >= corpus->sentences)
            break;
        const int32_t *words = corpus->tokens + corpus->sentence_offsets[sentence];
        const int64_t length = corpus->sentence_offsets[sentence + 1] - corpus->sentence_offsets[sentence];
        for (int64_t i = 0; i < length; i++)
            if ((uint64_t)words[i] >= (uint64_t)model->vocab_size)
                status = W2V_BAD_WORD_ID;
        if (status != W2V_OK)
            break;
        scores[sentence] = w2v_score_sentence(model, words, length, stop, worker.token_rows, worker.hidden);
    }
    w2v_leave_ieee(mode);
    w2v_worker_close(&worker);
    return status;
}
