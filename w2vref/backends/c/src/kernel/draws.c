/*
 * draws.c - chance as a function of place: SplitMix64 used as a counter.
 *
 * Steele, Lea & Flood 2014, "Fast splittable pseudorandom number generators", fig. 17. Draw i of the
 * stream with key k is mix64(k + (i + 1) * gamma); the twin of w2vref/reference/draws.py.
 */
#define W2V_GAMMA 0x9E3779B97F4A7C15u

W2V_INLINE uint64_t w2v_mix64(uint64_t z)
{
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}

/* Return draw i (0, 1, ...) of the stream with this key. */
W2V_INLINE uint64_t w2v_draw(uint64_t key, uint64_t i)
{
    return w2v_mix64(key + (i + 1) * W2V_GAMMA);
}

/* Return a draw's high 32 bits, the part that every decision uses, scaled to 0 .. limit - 1. */
W2V_INLINE uint64_t w2v_scaled(uint64_t draw, uint64_t limit)
{
    return (draw >> 32) * limit >> 32;
}

/* Return the key of a sentence, by its number among those that the reader yields. */
W2V_INLINE uint64_t w2v_sentence_key(uint64_t seed, int64_t epoch, int64_t sentence)
{
    return w2v_mix64(w2v_mix64(w2v_mix64(seed) + (uint64_t)epoch) + (uint64_t)sentence);
}

/* Return the reduced window of a centre, uniform in 1 .. window, from its first draw. */
W2V_INLINE int64_t w2v_window_radius(uint64_t draw, int64_t window)
{
    return window - (int64_t)w2v_scaled(draw, (uint64_t)window);
}
