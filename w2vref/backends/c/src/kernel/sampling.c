/*
 * sampling.c - the subsampling of frequent words, and draws from the noise distribution.
 */

/* Tell whether subsampling keeps the token with this key. */
W2V_INLINE int w2v_is_kept(const w2v_model *model, uint64_t key, int32_t word_id)
{
    return (key >> 32) < model->sample_int[word_id];
}

/*
 * Noise is drawn for many steps at once, in three stages; each is a short loop whose turns do not wait for each other,
 * and asks for what the next one reads.
 *
 *   w2v_noise_draws   r = 1 + floor(high32 * total / 2^32) of a draw: which word it is, in the noise table's measure
 *   w2v_noise_guided  the guide's entry for r: noise_guide[k] is the noise word of the smallest r whose upper bits,
 *                     r >> noise_shift, are k; from there to any other in the bucket are less than 2^noise_steps words
 *   w2v_noise_words   the noise word of r: its insertion point in cum_table, as by bisect_left
 */

/* Write the values of r of `count` draws of the stream with this key, from draw `first`. */
W2V_INLINE void w2v_noise_draws(const w2v_model *model, uint64_t key, uint64_t first, int64_t count, uint32_t *r)
{
    const uint64_t total = model->noise_total;
    const int32_t *const guide = model->noise_guide;
    const int32_t shift = model->noise_shift;
    for (int64_t i = 0; i < count; i++) {
        r[i] = 1 + (uint32_t)w2v_scaled(w2v_draw(key, first + (uint64_t)i), total);
        __builtin_prefetch(guide + (r[i] >> shift));
    }
}

/* Go from `count` values of r to the guide's words. */
W2V_INLINE void w2v_noise_guided(const w2v_model *model, int64_t count, const uint32_t *r, int32_t *words)
{
    const int32_t *const guide = model->noise_guide, shift = model->noise_shift;
    const uint32_t *const cum_table = model->cum_table;
    for (int64_t i = 0; i < count; i++) {
        words[i] = guide[r[i] >> shift];
        __builtin_prefetch(cum_table + words[i]);
    }
}

/* Go from the guide's words to the noise words: noise_steps steps of bisection, each without a branch. */
W2V_INLINE void w2v_noise_words(const w2v_model *model, int64_t count, const uint32_t *r, int32_t *words)
{
    const uint32_t *const cum_table = model->cum_table;
    for (int32_t step = 1 << model->noise_steps >> 1; step; step >>= 1)
        for (int64_t i = 0; i < count; i++)
            words[i] += step & -(int32_t)(cum_table[words[i] + step - 1] < r[i]);
}
