/*
 * sigmoid.c - the sigmoid, and from dots to gradients.
 */

/*
 * Return 1 / (1 + exp(-x)) in each lane: the float32 sigmoid of DESIGN.md section 3, whose exp is the
 * polynomial of the Cephes library (Moshier), in Estrin's form; the twin of reference/arithmetic.py.
 *
 * Two products are floats, so that they need not be rounded: n is a whole number of seven bits and 0.693359375 has nine, and
 * exp(-x) is a number between 0.7 and 1.5 times a power of two, which is not less than the least normal float, since |x| <= 87.
 */
W2V_INLINE w2v_sum w2v_sigmoid_meanwhile(w2v_sum x, w2v_meanwhile work)
{
    const w2v_sum t = w2v_then(0, -w2v_clamp(x, 87.0f), work);
    /* Adding 1.5 * 2^23 rounds to an integer n, which then stands in the low bits. */
    const w2v_sum shifted = w2v_then(1, t * 1.44269504f + 12582912.0f, work);
    const w2v_sum n = shifted - 12582912.0f;
    const w2v_sum high = w2v_add_exact_product(n, w2v_all_sums(-0.693359375f), t);
    const w2v_sum r = w2v_then(2, high - n * -2.12194440e-4f, work);
    const w2v_sum z = r * r;
    const w2v_sum q = w2v_then(3, (1.9875691500e-4f * r + 1.3981999507e-3f) * z, work);
    const w2v_sum low = 1.6666665459e-1f * r + 5.0000001201e-1f;
    const w2v_sum p = w2v_then(4, (q + (8.3334519073e-3f * r + 4.1665795894e-2f)) * z + low, work);
    const w2v_sum power = (w2v_sum)(((w2v_sum_bits)shifted << 23) + 0x3F800000); /* 2^n */
    const w2v_sum y = w2v_then(5, (p * z + r) + 1.0f, work);
    return w2v_then(6, 1.0f / w2v_add_exact_product(y, power, w2v_all_sums(1.0f)), work);
}

W2V_INLINE w2v_sum w2v_sigmoid(w2v_sum x)
{
    return w2v_sigmoid_meanwhile(x, (w2v_meanwhile){0});
}

/* Write g[i] = (labels[i] - sigmoid(x_i)) * alpha for all W2V_GROUP lanes. */
W2V_INLINE void w2v_gradients_meanwhile(w2v_sums x, const float *labels, float alpha, float *g, w2v_meanwhile work)
{
#pragma GCC unroll 2
    for (int part = 0; part < W2V_SUM_PARTS; part++) {
        const w2v_sum *label = (const w2v_sum *)(labels + part * W2V_SUM_WIDTH);
        *(w2v_sum *)(g + part * W2V_SUM_WIDTH) = (*label - w2v_sigmoid_meanwhile(x.part[part], work)) * alpha;
    }
}

W2V_INLINE void w2v_gradients(w2v_sums x, const float *labels, float alpha, float *g)
{
    w2v_gradients_meanwhile(x, labels, alpha, g, (w2v_meanwhile){0});
}
