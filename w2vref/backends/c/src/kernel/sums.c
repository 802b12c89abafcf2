/*
 * sums.c - sums of rows, with coefficients or without: the projections of CBOW, and what block training does
 * besides its dots.
 *
 * Sums stay in registers while the rows pass by. Every component is one running sum in the order of the rows, so
 * how they are grouped cannot show in the bits.
 */

W2V_INLINE void w2v_clear(float *row, int64_t extent)
{
    for (int64_t at = 0; at < extent; at += W2V_WIDTH)
        w2v_store(row + at, w2v_all(0.0f));
}

/* Vectors of one row in one w2v_outer, and its targets: as many sums as there are registers for. */
#define W2V_OUTER_PARTS (W2V_WIDTH == 16 ? 1 : 2)
#define W2V_OUTER_TARGETS (W2V_GROUP / W2V_OUTER_PARTS)

/*
 * targets[k] = (0 or) targets[k] + the sum over r of g[k * target_step + r * row_step] * rows[r], in order, for
 * `count` targets, and their components in `parts` vectors from `at`. A row that is loaded serves all targets.
 */
W2V_INLINE void w2v_outer(int count, int parts, int64_t at, float *const *targets, int64_t row_count,
                          float *const *rows, const float *g, int64_t target_step, int64_t row_step, int from_zero)
{
    w2v_vec sum[W2V_GROUP][W2V_OUTER_PARTS];
#pragma GCC unroll 8
    for (int k = 0; k < count; k++)
#pragma GCC unroll 2
        for (int part = 0; part < parts; part++)
            sum[k][part] = from_zero ? w2v_all(0.0f) : w2v_load(targets[k] + at + part * W2V_WIDTH);
    for (int64_t r = 0; r < row_count; r++, g += row_step) {
        w2v_vec row[W2V_OUTER_PARTS];
#pragma GCC unroll 2
        for (int part = 0; part < parts; part++)
            row[part] = w2v_load(rows[r] + at + part * W2V_WIDTH);
#pragma GCC unroll 8
        for (int k = 0; k < count; k++) {
            const w2v_vec factor = w2v_all(g[k * target_step]);
#pragma GCC unroll 2
            for (int part = 0; part < parts; part++)
                sum[k][part] += factor * row[part];
        }
    }
#pragma GCC unroll 8
    for (int k = 0; k < count; k++)
#pragma GCC unroll 2
        for (int part = 0; part < parts; part++)
            w2v_store(targets[k] + at + part * W2V_WIDTH, sum[k][part]);
}

/* The same for any number of targets, a multiple of W2V_GROUP, `group` at a time. */
W2V_INLINE void w2v_outers(int group, int parts, int64_t at, int64_t target_count, float *const *targets,
                           int64_t row_count, float *const *rows, const float *g, int64_t target_step,
                           int64_t row_step, int from_zero)
{
    for (int64_t k = 0; k < target_count; k += group)
        w2v_outer(group, parts, at, targets + k, row_count, rows, g + k * target_step, target_step, row_step,
                  from_zero);
}

/* Return sum + the components from `at` of `count` rows, one after the other. count: a constant. */
W2V_INLINE w2v_vec w2v_add_vectors(int count, w2v_vec sum, const float *const *rows, int64_t at)
{
#pragma GCC unroll 8
    for (int k = 0; k < count; k++)
        sum += w2v_load(rows[k] + at);
    return sum;
}

W2V_INLINE void w2v_add_group(int count, int64_t extent, float *sum, float *const *rows, int from_zero, float factor)
{
    const float *added[W2V_GROUP];
#pragma GCC unroll 8
    for (int k = 0; k < count; k++)
        added[k] = rows[k];
    for (int64_t at = 0; at < extent; at += W2V_WIDTH) {
        const w2v_vec start = from_zero ? w2v_all(0.0f) : w2v_load(sum + at);
        w2v_store(sum + at, w2v_add_vectors(count, start, added, at) * w2v_all(factor));
    }
}

/* sum = (0 or) sum + rows[0] + .. + rows[count - 1], one after the other. */
W2V_NOINLINE void w2v_add_rows(int64_t extent, float *sum, int64_t count, float *const *rows, int from_zero)
{
    if (from_zero) {
        const int64_t group = count < W2V_GROUP ? count : W2V_GROUP;
        if (group == 0)
            w2v_clear(sum, extent);
        else
            W2V_BY_COUNT(group, w2v_add_group(n, extent, sum, rows, 1, 1.0f))
        rows += group;
        count -= group;
    }
    for (; count > 0; rows += W2V_GROUP, count -= W2V_GROUP)
        W2V_BY_COUNT(count, w2v_add_group(n, extent, sum, rows, 0, 1.0f))
}

/* sum = (0 + rows[0] + .. + rows[count - 1]) * factor, one after the other; count > 0. */
W2V_NOINLINE void w2v_scaled_sum(int64_t extent, float *sum, int64_t count, float *const *rows, float factor)
{
    const int64_t last = (count - 1) % W2V_GROUP + 1;
    if (count == last) {
        W2V_BY_COUNT(count, w2v_add_group(n, extent, sum, rows, 1, factor))
        return;
    }
    w2v_add_rows(extent, sum, count - last, rows, 1);
    W2V_BY_COUNT(last, w2v_add_group(n, extent, sum, rows + count - last, 0, factor))
}

W2V_INLINE void w2v_add_to_group(int count, int64_t extent, float *const *rows, const float *addend)
{
    float *changed[W2V_GROUP];
#pragma GCC unroll 8
    for (int k = 0; k < count; k++)
        changed[k] = rows[k];
    for (int64_t at = 0; at < extent; at += W2V_WIDTH) {
        const w2v_vec a = w2v_load(addend + at);
#pragma GCC unroll 8
        for (int k = 0; k < count; k++)
            w2v_store(changed[k] + at, w2v_load(changed[k] + at) + a);
    }
}

/* rows[k] += addend for all k, one after the other: a row may come up again. */
W2V_NOINLINE void w2v_add_to_rows(int64_t extent, int64_t count, float *const *rows, const float *addend)
{
    for (; count > 0; rows += W2V_GROUP, count -= W2V_GROUP)
        W2V_BY_COUNT(count, w2v_add_to_group(n, extent, rows, addend))
}

/* target = 0 + g * row. */
W2V_INLINE void w2v_product(int64_t extent, float *target, float g, const float *row)
{
    for (int64_t at = 0; at < extent; at += W2V_WIDTH)
        w2v_store(target + at, w2v_all(0.0f) + w2v_all(g) * w2v_load(row + at));
}

/* row *= factor */
W2V_INLINE void w2v_scale(int64_t extent, float *row, float factor)
{
    for (int64_t at = 0; at < extent; at += W2V_WIDTH)
        w2v_store(row + at, w2v_load(row + at) * w2v_all(factor));
}
