/*
 * sums.c - sums of rows, with coefficients or without: what block training does besides its dots.
 *
 * Sums stay in registers while the rows pass by. Every component is one running sum in the order of the rows, so
 * how they are grouped cannot show in the bits.
 */

/*
 * Targets of one w2v_outer: with 16 components of each in registers, a row that is loaded serves all of them.
 * AVX-512 has registers for more of them; a divisor of W2V_GROUP, of which draws are a multiple.
 */
#define W2V_TARGETS (W2V_WIDTH == 16 ? 8 : 4)

/*
 * targets[k] = (0 or) targets[k] + the sum over r of g[k * target_step + r * row_step] * rows[r], in order, for
 * W2V_TARGETS targets, and their components at .. at + 15.
 */
W2V_INLINE void w2v_outer(int64_t at, float *const *targets, int64_t count, float *const *rows, const float *g,
                          int64_t target_step, int64_t row_step, int from_zero)
{
    w2v_vec sum[W2V_TARGETS][W2V_PARTS];
#pragma GCC unroll 8
    for (int k = 0; k < W2V_TARGETS; k++)
#pragma GCC unroll 4
        for (int part = 0; part < W2V_PARTS; part++)
            sum[k][part] = from_zero ? w2v_all(0.0f) : w2v_load(targets[k] + at + part * W2V_WIDTH);
    for (int64_t r = 0; r < count; r++, g += row_step) {
        w2v_vec row[W2V_PARTS];
#pragma GCC unroll 4
        for (int part = 0; part < W2V_PARTS; part++)
            row[part] = w2v_load(rows[r] + at + part * W2V_WIDTH);
#pragma GCC unroll 8
        for (int k = 0; k < W2V_TARGETS; k++) {
            const w2v_vec factor = w2v_all(g[k * target_step]);
#pragma GCC unroll 4
            for (int part = 0; part < W2V_PARTS; part++)
                sum[k][part] += factor * row[part];
        }
    }
#pragma GCC unroll 8
    for (int k = 0; k < W2V_TARGETS; k++)
#pragma GCC unroll 4
        for (int part = 0; part < W2V_PARTS; part++)
            w2v_store(targets[k] + at + part * W2V_WIDTH, sum[k][part]);
}

/* sum = (0 or) sum + rows[0] + .. + rows[count - 1], one after the other; all (stride,). */
W2V_NOINLINE void w2v_add_rows(int64_t stride, float *sum, int64_t count, float *const *rows, int from_zero)
{
    for (int64_t at = 0; at < stride; at += W2V_BLOCK) {
        w2v_vec s[W2V_PARTS];
#pragma GCC unroll 4
        for (int part = 0; part < W2V_PARTS; part++)
            s[part] = from_zero ? w2v_all(0.0f) : w2v_load(sum + at + part * W2V_WIDTH);
        for (int64_t r = 0; r < count; r++)
#pragma GCC unroll 4
            for (int part = 0; part < W2V_PARTS; part++)
                s[part] += w2v_load(rows[r] + at + part * W2V_WIDTH);
#pragma GCC unroll 4
        for (int part = 0; part < W2V_PARTS; part++)
            w2v_store(sum + at + part * W2V_WIDTH, s[part]);
    }
}

/* target = 0 + g * row. */
W2V_INLINE void w2v_product(int64_t stride, float *target, float g, const float *row)
{
    for (int64_t at = 0; at < stride; at += W2V_WIDTH)
        w2v_store(target + at, w2v_all(0.0f) + w2v_all(g) * w2v_load(row + at));
}

/* row *= factor */
W2V_INLINE void w2v_scale(int64_t stride, float *row, float factor)
{
    for (int64_t at = 0; at < stride; at += W2V_WIDTH)
        w2v_store(row + at, w2v_load(row + at) * w2v_all(factor));
}
