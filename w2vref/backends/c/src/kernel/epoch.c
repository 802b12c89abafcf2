/*
 * epoch.c - from an encoded corpus to steps, as one worker.
 *
 *   span (one claim) -> pieces -> kept tokens -> plans (centre, window, negatives) -> steps
 *
 * Every draw and every learning rate is a function of a token's place, so a span or a piece may start
 * and end anywhere: the neighbours that its windows need outside it are looked up, not trained.
 */

/* Return the learning rate of a centre: linear in the tokens that stand before it. */
W2V_INLINE float w2v_learning_rate(const w2v_run *run, int64_t done)
{
    const double alpha =
        run->start_alpha - (run->start_alpha - run->end_alpha) * (double)done / (double)run->total_words;
    return (float)(alpha > run->end_alpha ? alpha : run->end_alpha);
}

/* Return the last sentence that starts at or before a token: an empty one before it starts there too. */
static int64_t w2v_find_sentence(const w2v_corpus *corpus, int64_t token)
{
    int64_t low = 0, high = corpus->sentences;
    while (high - low > 1) {
        const int64_t middle = low + (high - low) / 2;
        if (corpus->sentence_offsets[middle] <= token)
            low = middle;
        else
            high = middle;
    }
    return low;
}

/*
 * Append the token at `place` of the corpus to the piece if subsampling keeps it; return its length.
 * An invalid word id is noted in worker->status and left out.
 */
W2V_INLINE int64_t w2v_append(w2v_worker *worker, int64_t length, uint64_t sentence_key, int64_t start,
                              int64_t place)
{
    const w2v_model *model = worker->model;
    const int32_t word_id = worker->corpus->tokens[place];
    if (W2V_UNLIKELY((uint64_t)word_id >= (uint64_t)model->vocab_size)) {
        worker->status = W2V_BAD_WORD_ID;
        return length;
    }
    const uint64_t key = w2v_draw(sentence_key, (uint64_t)(place - start));
    worker->tokens[length].key = key;
    worker->tokens[length].word_id = word_id;
    worker->token_rows[length] = w2v_row_of(&worker->copies[W2V_INPUTS], model->stride, word_id);
    return length + w2v_is_kept(model, key, word_id);
}

/* Let the windows of tokens[begin .. end) reach from begin to end, and no further. */
W2V_INLINE void w2v_bound(w2v_worker *worker, int64_t begin, int64_t end)
{
    for (int64_t i = begin; i < end; i++) {
        worker->tokens[i].begin = (int32_t)begin;
        worker->tokens[i].end = (int32_t)end;
    }
}

/* Append up to `window` kept tokens before `place`, nearest last; return the piece's length. */
static int64_t w2v_gather_before(w2v_worker *worker, uint64_t key, int64_t start, int64_t place)
{
    int64_t length = 0;
    while (place > start && length < worker->model->window)
        length = w2v_append(worker, length, key, start, --place);
    for (int64_t i = 0; i < length / 2; i++) {
        const w2v_token token = worker->tokens[i];
        float *row = worker->token_rows[i];
        worker->tokens[i] = worker->tokens[length - 1 - i];
        worker->token_rows[i] = worker->token_rows[length - 1 - i];
        worker->tokens[length - 1 - i] = token;
        worker->token_rows[length - 1 - i] = row;
    }
    return length;
}

/* Append up to `window` kept tokens from `place` to the sentence's end; return the piece's length. */
static int64_t w2v_gather_after(w2v_worker *worker, int64_t length, uint64_t key, int64_t start,
                                int64_t place, int64_t end)
{
    const int64_t most = length + worker->model->window;
    while (place < end && length < most)
        length = w2v_append(worker, length, key, start, place++);
    return length;
}

/* Gather the kept tokens of corpus tokens first .. last - 1, the centres, and their neighbours. */
static void w2v_gather_piece(w2v_worker *worker, int64_t first, int64_t last)
{
    const w2v_corpus *corpus = worker->corpus;
    const w2v_run *run = worker->run;
    int64_t sentence = w2v_find_sentence(corpus, first);
    int64_t length = 0;
    for (int64_t place = first; place < last; sentence++) {
        const int64_t start = corpus->sentence_offsets[sentence];
        const int64_t end = corpus->sentence_offsets[sentence + 1];
        const int64_t stop = end < last ? end : last;
        const uint64_t key = w2v_sentence_key(worker->model->seed, run->epoch, sentence);
        const int64_t begin = length;
        if (place == first) {
            length = w2v_gather_before(worker, key, start, first);
            worker->first_center = length;
        }
        for (; place < stop; place++) {
            w2v_ask_for_threshold(worker->model, corpus, place);
            worker->tokens[length].alpha = w2v_learning_rate(run, run->words_before + place);
            length = w2v_append(worker, length, key, start, place);
        }
        worker->last_center = length;
        if (place == last)
            length = w2v_gather_after(worker, length, key, start, last, end);
        w2v_bound(worker, begin, length);
    }
    worker->effective_words += worker->last_center - worker->first_center;
    worker->place = (w2v_place){.center = worker->first_center - 1};
}

/* Train the centres among corpus tokens first .. last - 1. */
static void w2v_train_piece(w2v_worker *worker, int64_t first, int64_t last)
{
    w2v_gather_piece(worker, first, last);
    w2v_plan_first(worker);
    for (const w2v_plan *plan; (plan = w2v_planned_step(worker)); worker->step++) {
        if (worker->on_paths && worker->model->sg)
            w2v_sg_take_path(worker, plan);
        else if (worker->on_paths)
            w2v_cbow_take_path(worker, plan);
#if W2V_OVERLAPS
        else if (worker->overlaps)
            w2v_sg_take_overlapping(worker, plan);
#endif
        else if (worker->model->sg)
            w2v_sg_take(worker, plan);
        else
            w2v_cbow_take(worker, plan);
    }
#if W2V_OVERLAPS
    w2v_catch_up(worker);
#endif
}

static int w2v_do_train(const w2v_model *model, const w2v_corpus *corpus, const w2v_run *run,
                        w2v_result *result)
{
    w2v_worker worker;
    const int64_t reach = model->window < corpus->words ? model->window : corpus->words;
    *result = (w2v_result){0, 0.0};
    const uint32_t most_apart = w2v_most_apart(w2v_learning_rate(run, run->words_before), run->workers);
    const int64_t copied = most_apart ? w2v_copied_rows(model, corpus) : 0;
    const int64_t nodes = model->vocab_size < W2V_COPIED_NODES ? model->vocab_size : W2V_COPIED_NODES;
    if (w2v_worker_open(&worker, model, W2V_PIECE + 2 * reach + 1, model->negative, copied, most_apart ? nodes : 0) !=
        W2V_OK)
        return W2V_NO_MEMORY;
    worker.most_apart = most_apart;
    worker.fusible = !model->hs && !(model->sg && model->lock_count) && model->negative < W2V_GROUP;
    worker.overlaps = W2V_OVERLAPS && model->sg && worker.fusible;
    worker.on_paths = model->hs && !model->negative && !model->lock_count;
    worker.on_rings = W2V_OVERLAPS && worker.on_paths && model->sg;
    worker.corpus = corpus;
    worker.run = run;
    const w2v_float_mode mode = w2v_enter_ieee();
    w2v_open_copies(&worker);
    while (worker.status == W2V_OK && !__atomic_load_n(run->stop, __ATOMIC_ACQUIRE)) {
        const int64_t first = __atomic_fetch_add(run->next_token, run->span, __ATOMIC_RELAXED);
        if (first >= corpus->words)
            break;
        const int64_t last = corpus->words - first < run->span ? corpus->words : first + run->span;
        for (int64_t piece = first; piece < last && worker.status == W2V_OK; piece += W2V_PIECE)
            w2v_train_piece(&worker, piece, last - piece < W2V_PIECE ? last : piece + W2V_PIECE);
    }
    w2v_close_copies(&worker);
    result->effective_words = worker.effective_words;
    result->loss = worker.loss;
    w2v_leave_ieee(mode);
    w2v_worker_close(&worker);
    return worker.status;
}
