/*
 * sampling.c - the subsampling of frequent words, and draws from the noise distribution.
 */

/* Tell whether subsampling keeps the token with this key. */
W2V_INLINE int w2v_is_kept(const w2v_model *model, uint64_t key, int32_t word_id)
{
    return (key >> 32) < model->sample_int[word_id];
}

/*
 * Return the noise word of a draw: the insertion point, as by bisect_left, of
 * r = 1 + floor(high32 * total / 2^32) in cum_table.
 *
 * noise_guide[k] is the answer for the smallest r whose upper bits, r >> noise_shift, are k. From
 * there to the answer are less than 2^noise_steps entries in any bucket k, so noise_steps steps of
 * bisection, each a load and an addition without a branch, reach it.
 */
W2V_INLINE int32_t w2v_noise_word(const w2v_model *model, uint64_t draw)
{
    uint32_t r = 1 + (uint32_t)w2v_scaled(draw, model->noise_total);
    int32_t word_id = model->noise_guide[r >> model->noise_shift];
    for (int32_t step = 1 << model->noise_steps >> 1; step; step >>= 1)
        word_id += model->cum_table[word_id + step - 1] < r ? step : 0;
    return word_id;
}
