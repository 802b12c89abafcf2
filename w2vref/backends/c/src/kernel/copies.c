/*
 * copies.c - a worker's own copies of the rows that all workers write most.
 *
 * Workers that race for a row take its cache lines from each other step by step, and where cores are far apart
 * that takes several times as long as the steps. So, where there are several workers, each has copies of the rows
 * with the first numbers, those of frequent words, and of the nodes near the root:
 *
 *   own     what this worker reads and writes
 *   seen    the row, as it was when it and its copy were last joined
 *   join    where own is not seen: row += own - seen, or = own where row is still seen;  then own = seen = row
 *
 * A row is joined once its copy has taken `most_apart` steps, and when the worker ends. A single worker has no
 * copies: it keeps to the contract. (Zhang, Hsieh & Akella 2016, "HogWild++", give groups of cores copies of all
 * rows.)
 */

/* Most floats of one table's copies, 512 kB: with more of them, joining takes longer than racing where cores are near. */
#define W2V_COPIED_FLOATS (1 << 17)
/* Words of the corpus for each row that is copied: a word of that rank comes up some hundreds of times. */
#define W2V_WORDS_PER_COPY 4096
/* Nodes near the root that are copied: seven levels of a balanced tree. */
#define W2V_COPIED_NODES 128
/* Of so many steps the rows of one are counted, and count for all: to count each takes as long as is saved. */
#define W2V_STEPS_PER_COUNT 8
/* Of so many centres one is counted, and counts for all. */
#define W2V_CENTERS_PER_COUNT 4

/* The rates of the steps of a row that workers do not see of each other add up to so much at most: more costs quality. */
#define W2V_RATES_APART 4.0
/* Learning rates above this one leave copies that were apart no way back: some rows grew without end. */
#define W2V_MOST_ALPHA_APART 0.25f

/*
 * Return after how many steps of one worker a row is joined, or 0 if there are to be no copies. (Steps of output rows are
 * counted roughly.)
 */
static uint32_t w2v_most_apart(float alpha, int64_t workers)
{
    const double steps = W2V_RATES_APART / ((double)alpha * (double)workers);
    if (workers < 2 || alpha > W2V_MOST_ALPHA_APART || !(steps >= 2.0))
        return 0;
    return steps < 1000.0 ? (uint32_t)steps : 1000;
}

/* Return how many rows of each table of words are copied. */
static int64_t w2v_copied_rows(const w2v_model *model, const w2v_corpus *corpus)
{
    int64_t count = corpus->words / W2V_WORDS_PER_COPY;
    if (count > W2V_COPIED_FLOATS / model->stride)
        count = W2V_COPIED_FLOATS / model->stride;
    return count < model->vocab_size ? count : model->vocab_size;
}

/* Make the copies of a worker. */
static void w2v_open_copies(w2v_worker *worker)
{
    const int64_t stride = worker->model->stride;
    for (int i = 0; i < W2V_TABLES; i++) {
        w2v_copies *const copies = &worker->copies[i];
        if (!copies->count)
            continue;
        const size_t bytes = (size_t)(copies->count * stride) * sizeof(float);
        memcpy(copies->own, copies->table + copies->first * stride, bytes);
        memcpy(copies->seen, copies->own, bytes);
        memset(copies->steps, 0, (size_t)copies->count * sizeof *copies->steps);
    }
}

/* Return own where row is still what was seen, and row + (own - seen) elsewhere. */
W2V_INLINE w2v_vec w2v_joined(w2v_vec row, w2v_vec own, w2v_vec seen)
{
    const w2v_bits is_seen = (w2v_bits)(row == seen), others = (w2v_bits)(row + (own - seen));
    return (w2v_vec)((is_seen & (w2v_bits)own) | (~is_seen & others));
}

/*
 * Join a copy and its row. Other workers may do so at the same time, as they race for other rows; to a row that this one
 * has not changed it writes nothing, which could undo what another does.
 */
static void w2v_join(const w2v_worker *worker, w2v_copies *copies, int64_t place)
{
    const int64_t stride = worker->model->stride, extent = worker->extent;
    float *const row = copies->table + (copies->first + place) * stride;
    float *const own = copies->own + place * stride, *const seen = copies->seen + place * stride;
    copies->steps[place] = 0;
    if (memcmp(own, seen, (size_t)extent * sizeof(float)) == 0) {
        memcpy(own, row, (size_t)extent * sizeof(float));
        memcpy(seen, own, (size_t)extent * sizeof(float));
        return;
    }
    for (int64_t at = 0; at < extent; at += W2V_WIDTH) {
        const w2v_vec joined = w2v_joined(w2v_load(row + at), w2v_load(own + at), w2v_load(seen + at));
        w2v_store(row + at, joined);
        w2v_store(own + at, joined);
        w2v_store(seen + at, joined);
    }
}

/* Join what is due. */
W2V_NOINLINE void w2v_join_due(w2v_worker *worker)
{
    for (int64_t i = 0; i < worker->due_count; i++)
        w2v_join(worker, worker->due[i].copies, worker->due[i].place);
    worker->due_count = 0;
}

/* Join all, from a place of this worker's own: workers that end together should not meet at every row. */
static void w2v_close_copies(w2v_worker *worker)
{
    for (int i = 0; i < W2V_TABLES; i++) {
        const int64_t count = worker->copies[i].count;
        const int64_t begin = count ? (int64_t)((uintptr_t)worker->memory / 64 % (uintptr_t)count) : 0;
        for (int64_t k = 0; k < count; k++)
            w2v_join(worker, &worker->copies[i], (begin + k) % count);
    }
    worker->due_count = 0;
}

/* Note that a row is to be joined soon, and ask for what that takes. */
W2V_NOINLINE void w2v_note_due(w2v_worker *worker, w2v_copies *copies, int64_t place)
{
    const int64_t stride = worker->model->stride;
    worker->due[worker->due_count++] = (w2v_due){copies, place};
    for (int64_t at = 0; at < stride; at += W2V_BLOCK) {
        w2v_ask(copies->table + (copies->first + place) * stride + at);
        w2v_ask(copies->seen + place * stride + at);
    }
}

/* Count steps of a row. */
W2V_INLINE void w2v_count_steps(w2v_worker *worker, enum w2v_table table, int64_t id, uint32_t steps)
{
    w2v_copies *const copies = &worker->copies[table];
    const int64_t place = id - copies->first;
    if (place < 0 || place >= copies->count)
        return;
    const uint32_t before = copies->steps[place], now = before + steps;
    copies->steps[place] = now;
    if (before < worker->most_apart && now >= worker->most_apart)
        w2v_note_due(worker, copies, place);
}

/* Return the row that a worker reads and writes for `id`. Without a branch, which would depend on the words. */
W2V_INLINE float *w2v_row_of(const w2v_copies *copies, int64_t stride, int64_t id)
{
    const int is_copied = (uint64_t)(id - copies->first) < (uint64_t)copies->count;
    const uintptr_t from = is_copied ? (uintptr_t)copies->own - (uintptr_t)(copies->first * stride) * sizeof(float)
                                     : (uintptr_t)copies->table;
    return (float *)(from + (uintptr_t)(id * stride) * sizeof(float));
}

#if W2V_SUM_WIDTH == 8
/* Return the rows with four numbers, as w2v_row_of. has_copies: a constant. */
W2V_INLINE __m256i w2v_four_rows(const w2v_copies *copies, int64_t stride, __m128i ids, int has_copies)
{
    const int64_t bytes = stride * (int64_t)sizeof(float), first = copies->first;
    const __m256i wide = _mm256_cvtepu32_epi64(ids);
    __m256i from = _mm256_set1_epi64x((int64_t)(uintptr_t)copies->table);
    if (has_copies) {
        const __m256i own = _mm256_set1_epi64x((int64_t)(uintptr_t)copies->own - first * bytes);
        const __m256i is_below_end = _mm256_cmpgt_epi64(_mm256_set1_epi64x(first + copies->count), wide);
        const __m256i is_own = _mm256_andnot_si256(_mm256_cmpgt_epi64(_mm256_set1_epi64x(first), wide), is_below_end);
        from = _mm256_blendv_epi8(from, own, is_own);
    }
    return _mm256_add_epi64(from, _mm256_mul_epu32(wide, _mm256_set1_epi64x(bytes)));
}
#endif
