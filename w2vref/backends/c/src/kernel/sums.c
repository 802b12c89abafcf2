/*
 * sums.c - sums of rows, with coefficients or without: the projections of CBOW, and what block training does
 * besides its dots.
 *
 * Sums stay in registers while the rows pass by. Every component is one running sum in the order of the rows, so
 * how they are grouped cannot show in the bits.
 */

W2V_INLINE void w2v_clear(float *row, int64_t extent)
{
    for (int64_t at = 0; at < extent; at += W2V_WIDTH) {
        w2v_store(row + at, w2v_all(0.0f));
        __asm__("" ::: "memory"); /* or the compiler would call memset, which takes longer for so few */
    }
}

/* Vectors of a row that are summed at a time: as many as sixteen registers hold beside a factor and a product. */
#define W2V_MOST_PARTS 14

/* Vectors to sum next, of `left`: the last two times about as many, so that no few stay behind. */
W2V_INLINE int64_t w2v_parts_of(int64_t left)
{
    return left <= W2V_MOST_PARTS ? left : left < 2 * W2V_MOST_PARTS ? (left + 1) / 2 : W2V_MOST_PARTS;
}

/* Carry out `call` with the constant `n` equal to parts (1 .. W2V_MOST_PARTS). */
#define W2V_BY_PARTS(parts, call)                                                                      \
    switch (parts) {                                                                                   \
    W2V_CASE(1, call) W2V_CASE(2, call) W2V_CASE(3, call) W2V_CASE(4, call) W2V_CASE(5, call)          \
    W2V_CASE(6, call) W2V_CASE(7, call) W2V_CASE(8, call) W2V_CASE(9, call) W2V_CASE(10, call)         \
    W2V_CASE(11, call) W2V_CASE(12, call) W2V_CASE(13, call)                                           \
    default: { enum { n = W2V_MOST_PARTS }; call; } break;                                             \
    }

/* Let the compiler keep one pointer, with constant offsets from it: it would make one for each offset. */
#define W2V_ONE_POINTER(pointer) __asm__("" : "+r"(pointer))

/*
 * targets[k] = (0 or) targets[k] + the sum over r of g[k * target_step + r * row_step] * rows[r], in order, for
 * `count` targets, and their components in `parts` vectors from `at`. parts and from_zero: constants.
 */
W2V_INLINE void w2v_outer_parts(int parts, int64_t at, int64_t count, float *const *targets, int64_t target_step,
                                int64_t row_count, float *const *rows, int64_t row_step, const float *g, int from_zero)
{
    for (int64_t k = 0; k < count; k++) {
        float *target = targets[k] + at;
        const float *factor = g + k * target_step;
        w2v_vec sum[W2V_MOST_PARTS]; /* in registers, while the rows pass by */
        W2V_ONE_POINTER(target);
#pragma GCC unroll 14
        for (int part = 0; part < parts; part++)
            sum[part] = from_zero ? w2v_all(0.0f) : w2v_load(target + part * W2V_WIDTH);
        for (int64_t r = 0; r < row_count; r++, factor += row_step) {
            const float *row = rows[r] + at;
            const w2v_vec all = w2v_all(*factor);
            W2V_ONE_POINTER(row);
#pragma GCC unroll 14
            for (int part = 0; part < parts; part++)
                sum[part] += all * w2v_load(row + part * W2V_WIDTH);
        }
#pragma GCC unroll 14
        for (int part = 0; part < parts; part++)
            w2v_store(target + part * W2V_WIDTH, sum[part]);
    }
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
