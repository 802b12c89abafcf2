/*
 * sampling.c - the subsampling of frequent words, and draws from the noise distribution.
 */

/* Tell whether subsampling keeps the token with this key. */
W2V_INLINE int w2v_is_kept(const w2v_model *model, uint64_t key, int32_t word_id)
{
    return (key >> 32) < model->sample_int[word_id];
}

/* Tokens ahead at which the threshold of a token's word is asked for. */
#define W2V_THRESHOLDS_AHEAD 32

W2V_INLINE void w2v_ask_for_threshold(const w2v_model *model, const w2v_corpus *corpus, int64_t place)
{
    if (place + W2V_THRESHOLDS_AHEAD < corpus->words)
        __builtin_prefetch(model->sample_int + corpus->tokens[place + W2V_THRESHOLDS_AHEAD]);
}

/*
 * Noise is drawn for many steps at once, in two stages; each is a short loop whose turns do not wait for each other, and
 * the first asks for what the second reads.
 *
 *   w2v_noise_value   r = 1 + floor(high32 * total / 2^32) of a draw: which word it is, in the noise table's measure
 *   w2v_noise_words   the noise word of r: its insertion point in cum_table, as by bisect_left
 *
 * The values of r fall into buckets by their upper bits, r >> noise_shift. noise_guide has an entry for each:
 *
 *   its first word << noise_shift | the last place in the bucket, the lower bits of r, at which r is still that word
 *
 * Behind it comes the next word. Where a bucket has words beyond, W2V_MANY_WORDS is set, and bisection finds them.
 */
#define W2V_MANY_WORDS 0x80000000u

/* Return the value of r of a draw. */
W2V_INLINE uint32_t w2v_noise_value(const w2v_model *model, uint64_t draw)
{
    const uint32_t r = 1 + (uint32_t)w2v_scaled(draw, model->noise_total);
    __builtin_prefetch(model->noise_guide + (r >> model->noise_shift));
    return r;
}

/* Write the values of r of `count` draws of the stream with this key, from draw `first`. */
W2V_INLINE void w2v_noise_draws(const w2v_model *model, uint64_t key, uint64_t first, int64_t count, uint32_t *r)
{
    for (int64_t i = 0; i < count; i++)
        r[i] = w2v_noise_value(model, w2v_draw(key, first + (uint64_t)i));
}

/* Return the noise word of r from the first word of its bucket: less than 2^noise_steps words on. */
W2V_NOINLINE int32_t w2v_bisect(const w2v_model *model, uint32_t r, int32_t word_id)
{
    for (int32_t step = 1 << model->noise_steps >> 1; step; step >>= 1)
        word_id += model->cum_table[word_id + step - 1] < r ? step : 0;
    return word_id;
}

#if W2V_SUM_WIDTH == 8
/* Go from eight values of r to their noise words. */
W2V_INLINE void w2v_eight_noise_words(const w2v_model *model, const uint32_t *r, int32_t *words)
{
    const __m128i shift = _mm_cvtsi32_si128(model->noise_shift);
    const __m256i places = _mm256_set1_epi32(((int32_t)1 << model->noise_shift) - 1);
    const __m256i value = _mm256_loadu_si256((const __m256i *)r);
    const __m256i entry =
        _mm256_i32gather_epi32((const int *)model->noise_guide, _mm256_srl_epi32(value, shift), sizeof(uint32_t));
    const __m256i first = _mm256_srl_epi32(_mm256_and_si256(entry, _mm256_set1_epi32(INT32_MAX)), shift);
    /* -1 where r is behind the last place of the first word */
    const __m256i behind = _mm256_cmpgt_epi32(_mm256_and_si256(value, places), _mm256_and_si256(entry, places));
    _mm256_storeu_si256((__m256i *)words, _mm256_sub_epi32(first, behind));
    unsigned many = (unsigned)_mm256_movemask_ps(_mm256_castsi256_ps(entry)); /* the bits of W2V_MANY_WORDS */
    for (; W2V_UNLIKELY(many); many &= many - 1) {
        const int lane = __builtin_ctz(many);
        const uint32_t lane_entry = model->noise_guide[r[lane] >> model->noise_shift];
        words[lane] = w2v_bisect(model, r[lane], (int32_t)((lane_entry & ~W2V_MANY_WORDS) >> model->noise_shift));
    }
}
#endif

/* Go from `count` values of r to the noise words. */
W2V_INLINE void w2v_noise_words(const w2v_model *model, int64_t count, const uint32_t *r, int32_t *words)
{
    const uint32_t *const guide = model->noise_guide;
    const int32_t shift = model->noise_shift;
    const uint32_t places = ((uint32_t)1 << shift) - 1;
    int64_t i = 0;
#if W2V_SUM_WIDTH == 8
    for (; i + 8 <= count; i += 8)
        w2v_eight_noise_words(model, r + i, words + i);
#endif
    for (; i < count; i++) {
        const uint32_t entry = guide[r[i] >> shift];
        const int32_t first = (int32_t)((entry & ~W2V_MANY_WORDS) >> shift);
        words[i] = first + ((entry & places) < (r[i] & places));
        if (W2V_UNLIKELY(entry & W2V_MANY_WORDS))
            words[i] = w2v_bisect(model, r[i], first);
    }
}
