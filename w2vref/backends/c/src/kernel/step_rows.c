/*
 * step_rows.c - which output rows a step of negative sampling takes: noted in its plan, and asked whether they all differ.
 */

/* Note the rows of a plan, one after the other: that of the target, and those of the negatives that are not the target. */
W2V_INLINE void w2v_note_each(w2v_plan *plan, const w2v_copies *outputs, int64_t stride, int64_t negative,
                              int32_t target_id, const int32_t *words)
{
    float **const rows = plan->rows;
    int64_t count = 1;
    rows[0] = w2v_row_of(outputs, stride, target_id);
    plan->ids[0] = target_id;
    for (int64_t i = 0; i < negative && i + 1 < W2V_GROUP; i++)
        plan->ids[i + 1] = words[i];
    for (int64_t i = 0; i < negative; i++) {
        rows[count] = w2v_row_of(outputs, stride, words[i]);
        count += words[i] != target_id;
    }
    plan->count = count;
}

#if W2V_SUM_WIDTH == 8
/*
 * The same, all at once, of W2V_GROUP rows at most; one after the other only where a negative is the target. words: eight may
 * be read, whatever stands behind the negatives: rows that are none are never looked at.
 */
W2V_INLINE void w2v_note_together(w2v_plan *plan, const w2v_copies *outputs, int64_t stride, int64_t negative,
                                  int32_t target_id, const int32_t *words, int has_copies)
{
    const __m256i lanes = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
    const __m256i target = _mm256_set1_epi32(target_id);
    const __m256i turned = _mm256_permutevar8x32_epi32(_mm256_loadu_si256((const __m256i *)words),
                                                       _mm256_setr_epi32(0, 0, 1, 2, 3, 4, 5, 6));
    const __m256i known = _mm256_blend_epi32(turned, target, 1); /* the target, then the negatives */
    const __m256i is_known = _mm256_cmpgt_epi32(_mm256_set1_epi32((int32_t)negative + 1), lanes);
    const __m256i no_words = _mm256_xor_si256(lanes, _mm256_set1_epi32(-1));
    const __m256i ids = _mm256_blendv_epi8(no_words, known, is_known);
    _mm256_storeu_si256((__m256i *)plan->ids, ids);
    if (W2V_UNLIKELY(_mm256_movemask_ps(_mm256_castsi256_ps(_mm256_cmpeq_epi32(ids, target))) != 1)) {
        w2v_note_each(plan, outputs, stride, negative, target_id, words);
        return;
    }
    const __m256i first = w2v_four_rows(outputs, stride, _mm256_castsi256_si128(known), has_copies);
    const __m256i second = w2v_four_rows(outputs, stride, _mm256_extracti128_si256(known, 1), has_copies);
    _mm256_storeu_si256((__m256i *)plan->rows, first);
    _mm256_storeu_si256((__m256i *)(plan->rows + 4), second);
    plan->count = negative + 1;
}
#endif

/* Note the rows of a plan. has_copies: a constant. */
W2V_INLINE void w2v_note_rows(const w2v_worker *worker, w2v_plan *plan, int32_t target_id, const int32_t *words,
                              int has_copies)
{
    const int64_t negative = worker->model->negative, stride = worker->model->stride;
    w2v_copies outputs = worker->copies[W2V_OUTPUTS]; /* stays in registers */
    outputs.first = 0;
    outputs.count = has_copies ? outputs.count : 0;
#if W2V_SUM_WIDTH == 8
    if (W2V_LIKELY(negative < W2V_GROUP)) {
        w2v_note_together(plan, &outputs, stride, negative, target_id, words, has_copies);
        return;
    }
#endif
    w2v_note_each(plan, &outputs, stride, negative, target_id, words);
}

/*
 * Tell whether no two of a plan's ids are equal, by comparing them with themselves turned by one, two, three and four
 * places. But for steps that overlap asked when the step is taken, not when it is planned: a vector load straight after
 * stores of its parts (w2v_note_each) would wait for them.
 */
#if W2V_SUM_WIDTH == 8
W2V_INLINE int w2v_distinct(const w2v_plan *plan)
{
    const __m256i ids = _mm256_loadu_si256((const __m256i *)plan->ids);
    const __m256i by_four = _mm256_permute4x64_epi64(ids, 0x4E);
    const __m256i equal = _mm256_or_si256(
        _mm256_or_si256(_mm256_cmpeq_epi32(ids, _mm256_alignr_epi8(by_four, ids, 4)),
                        _mm256_cmpeq_epi32(ids, _mm256_alignr_epi8(by_four, ids, 8))),
        _mm256_or_si256(_mm256_cmpeq_epi32(ids, _mm256_alignr_epi8(by_four, ids, 12)),
                        _mm256_cmpeq_epi32(ids, by_four)));
    return _mm256_testz_si256(equal, equal);
}
#else
W2V_INLINE int w2v_distinct(const w2v_plan *plan)
{
    const w2v_i4 a = w2v_load_ids(plan->ids), b = w2v_load_ids(plan->ids + 4);
    const w2v_i4 equal = (a == (w2v_i4){a[1], a[2], a[3], b[0]}) | (b == (w2v_i4){b[1], b[2], b[3], a[0]}) |
                         (a == (w2v_i4){a[2], a[3], b[0], b[1]}) | (b == (w2v_i4){b[2], b[3], a[0], a[1]}) |
                         (a == (w2v_i4){a[3], b[0], b[1], b[2]}) | (b == (w2v_i4){b[3], a[0], a[1], a[2]}) | (a == b);
    return (equal[0] | equal[1] | equal[2] | equal[3]) == 0;
}
#endif

#if W2V_OVERLAPS
/*
 * Tell whether two steps in turn share no word, but that they may have the same target: by comparing the ids of one with
 * those of the other turned by every number of places.
 */
W2V_INLINE int w2v_apart(const w2v_plan *before, const w2v_plan *plan)
{
    const __m256i old = _mm256_loadu_si256((const __m256i *)before->ids);
    const __m256i ids = _mm256_loadu_si256((const __m256i *)plan->ids);
    const __m256i by_four = _mm256_permute4x64_epi64(ids, 0x4E);
    /* Lanes that are no words are equal, in their own places. */
    const __m256i is_word = _mm256_cmpgt_epi32(old, _mm256_set1_epi32(-1));
    const __m256i but_targets = _mm256_blend_epi32(_mm256_cmpeq_epi32(old, ids), _mm256_setzero_si256(), 1);
    __m256i equal = _mm256_or_si256(_mm256_and_si256(but_targets, is_word), _mm256_cmpeq_epi32(old, by_four));
    equal = _mm256_or_si256(equal, _mm256_cmpeq_epi32(old, _mm256_alignr_epi8(by_four, ids, 4)));
    equal = _mm256_or_si256(equal, _mm256_cmpeq_epi32(old, _mm256_alignr_epi8(by_four, ids, 8)));
    equal = _mm256_or_si256(equal, _mm256_cmpeq_epi32(old, _mm256_alignr_epi8(by_four, ids, 12)));
    equal = _mm256_or_si256(equal, _mm256_cmpeq_epi32(old, _mm256_alignr_epi8(ids, by_four, 4)));
    equal = _mm256_or_si256(equal, _mm256_cmpeq_epi32(old, _mm256_alignr_epi8(ids, by_four, 8)));
    equal = _mm256_or_si256(equal, _mm256_cmpeq_epi32(old, _mm256_alignr_epi8(ids, by_four, 12)));
    return _mm256_testz_si256(equal, equal);
}
#endif
