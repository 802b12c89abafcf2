/*
 * step_rows.c - the output rows of a batch of steps, and which steps may go a short way.
 *
 *   rows      of the words of W2V_BATCH steps
 *   distinct  the words of a step all differ
 *   follows   those of a step and of the one before it, too, but that skip-gram's may have the same target: overlap.c,
 *             late_update.c
 *
 * The targets of a batch stand next to each other, then its first negatives, and so on: a comparison is one of W2V_WIDTH
 * steps.
 */

/* Note the rows of a batch's words of one kind. has_copies: a constant. */
W2V_INLINE void w2v_note_rows(const w2v_copies *outputs, int64_t stride, const int32_t *words, float **rows, int has_copies)
{
#pragma GCC unroll 4
    for (int i = 0; i < W2V_BATCH; i += 4) {
#if W2V_SUM_WIDTH == 8
        const __m128i ids = _mm_load_si128((const __m128i *)(words + i));
        _mm256_store_si256((__m256i *)(rows + i), w2v_four_rows(outputs, stride, ids, has_copies));
#else
        for (int k = i; k < i + 4; k++)
            rows[k] = has_copies ? w2v_row_of(outputs, stride, words[k]) : w2v_row(outputs->table, stride, words[k]);
#endif
    }
}

/* Write the words of W2V_WIDTH steps from place `at` in the ring of plans. count: of a step, a constant. */
W2V_INLINE void w2v_words_of_steps(const w2v_worker *worker, int count, int64_t at, w2v_bits *words)
{
#pragma GCC unroll 8
    for (int i = 0; i < count; i++)
        words[i] = w2v_load_bits(worker->words + i * W2V_PLANS + at);
}

/* Note which steps of a batch have no word twice. count: of words, a constant. */
W2V_INLINE void w2v_note_distinct(w2v_worker *worker, int count, int64_t batch)
{
    for (int64_t at = batch; at < batch + W2V_BATCH; at += W2V_WIDTH) {
        w2v_bits words[W2V_GROUP];
        w2v_lane_set distinct = w2v_every_lane();
        w2v_words_of_steps(worker, count, at, words);
#pragma GCC unroll 8
        for (int i = 0; i < count; i++)
#pragma GCC unroll 8
            for (int j = 0; j < i; j++)
                distinct = w2v_where_unequal(distinct, words[i], words[j]);
        w2v_store_bits(worker->distinct + at, w2v_bits_of(distinct));
    }
}

W2V_NOINLINE void w2v_note_distinct_steps(w2v_worker *worker, int64_t batch)
{
    W2V_BY_COUNT(worker->model->negative + 1, w2v_note_distinct(worker, n, batch))
}

#if W2V_OVERLAPS
/* Return the lanes of a batch moved on by one, behind the last of the batch before. */
W2V_INLINE w2v_bits w2v_moved_on(w2v_bits before, w2v_bits batch)
{
    return W2V_LANES(before, batch, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30);
}

/*
 * Note which steps of a batch follow, of those noted so far. shares_target: both steps may have the same target. count,
 * shares_target: constants.
 */
W2V_INLINE void w2v_note_follows(w2v_worker *worker, int count, int64_t batch, int shares_target)
{
    const int64_t batch_before = (batch + W2V_PLANS - W2V_BATCH) % W2V_PLANS;
    w2v_bits words[W2V_GROUP], words_before[W2V_GROUP];
    w2v_words_of_steps(worker, count, batch, words);
    w2v_words_of_steps(worker, count, batch_before, words_before);
    w2v_lane_set apart = w2v_every_lane();
#pragma GCC unroll 8
    for (int j = 0; j < count; j++) {
        const w2v_bits before = w2v_moved_on(words_before[j], words[j]);
#pragma GCC unroll 8
        for (int i = j == 0 && shares_target; i < count; i++)
            apart = w2v_where_unequal(apart, words[i], before);
    }
    const w2v_bits distinct = w2v_load_bits(worker->distinct + batch);
    const w2v_bits were_distinct = w2v_moved_on(w2v_load_bits(worker->distinct + batch_before), distinct);
    int32_t *const follows = worker->follows + batch;
    w2v_store_bits(follows, w2v_load_bits(follows) & distinct & were_distinct & w2v_bits_of(apart));
}

W2V_NOINLINE void w2v_note_following_steps(w2v_worker *worker, int64_t batch)
{
    if (worker->model->sg)
        W2V_BY_COUNT(worker->model->negative + 1, w2v_note_follows(worker, n, batch, 1))
    else
        W2V_BY_COUNT(worker->model->negative + 1, w2v_note_follows(worker, n, batch, 0))
}
#endif

/* Write the rows of a step that goes the general way: the target's and those of the negatives that are not the target. */
static int64_t w2v_list_step_rows(const w2v_worker *worker, const w2v_plan *plan)
{
    const int64_t negative = worker->model->negative;
    const int32_t *const words = worker->words + (plan->rows - worker->rows);
    int64_t count = 0;
    if (!negative)
        return 0;
    worker->step_rows[count++] = plan->rows[0];
    for (int64_t i = 1; i <= negative; i++) {
        worker->step_rows[count] = plan->rows[i * W2V_PLANS];
        count += words[i * W2V_PLANS] != words[0];
    }
    return count;
}
