/*
 * sampling.c - the subsampling of frequent words, and draws from the noise distribution.
 */

/* Tell whether subsampling keeps the token with this key. */
W2V_INLINE int w2v_is_kept(const w2v_model *model, uint64_t key, int32_t word_id)
{
    return (key >> 32) < model->sample_int[word_id];
}

/* Return r = 1 + floor(high32 * total / 2^32) of a draw: which word is drawn, in the noise table's measure. */
W2V_INLINE uint32_t w2v_noise_draw(const w2v_model *model, uint64_t draw)
{
    return 1 + (uint32_t)w2v_scaled(draw, model->noise_total);
}

/*
 * Return the guide's entry for r. noise_guide[k] is the noise word of the smallest r whose upper
 * bits, r >> noise_shift, are k; from there to any other in the bucket are less than 2^noise_steps words.
 */
W2V_INLINE const int32_t *w2v_noise_guide(const w2v_model *model, uint32_t r)
{
    return &model->noise_guide[r >> model->noise_shift];
}

/*
 * Return the noise word of r: its insertion point in cum_table, as by bisect_left. From word_id, the
 * guide's entry, noise_steps steps of bisection, each a load and an addition without a branch, reach it.
 */
W2V_INLINE int32_t w2v_noise_word(const w2v_model *model, uint32_t r, int32_t word_id)
{
    for (int32_t step = 1 << model->noise_steps >> 1; step; step >>= 1)
        word_id += model->cum_table[word_id + step - 1] < r ? step : 0;
    return word_id;
}
