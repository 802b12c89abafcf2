/*
 * passes.c - the two passes of a step over its rows: dots with the projection, and the update.
 *
 * Dots are summed in the order of the contract: lane l of sixteen has the products of components l, l + 16, ..; then
 * lanes are halved (lanes.h).
 */

/*
 * Rows of a later step, which are asked for on the way, a line of each at a time: more than some twenty requests at once
 * would stop the processor, and where they come evenly spread it takes less time.
 */
typedef struct {
    const float *context;  /* a row, or NULL */
    float *const *rows;    /* of a plan, W2V_PLANS apart */
    int count;             /* of them: a constant, once all is in line */
} w2v_asked;

/* Ask for the sixteen components from `at`. */
W2V_INLINE void w2v_ask_on_the_way(const w2v_asked *asked, int64_t at)
{
    float *const *rows = asked->rows;
    W2V_ONE_POINTER(rows); /* what it points to is loaded each time: there are no registers to keep it in */
    if (asked->context)
        w2v_ask(asked->context + at);
#pragma GCC unroll 8
    for (int i = 0; i < asked->count; i++)
        w2v_ask(rows[i * W2V_PLANS] + at);
}

/*
 * Write the lanes of the dots of hidden with rows[begin .. end), end <= W2V_GROUP, and zeros elsewhere. begin, end: constants.
 * asked: what is asked for on the way, or NULL; only where a block is one vector.
 */
W2V_INLINE void w2v_lanes_of_dots(int begin, int end, int64_t extent, const float *hidden, float *const *rows,
                                  w2v_vec lanes[W2V_GROUP][W2V_PARTS], const w2v_asked *asked)
{
#pragma GCC unroll 4
    for (int part = 0; part < W2V_PARTS; part++) {
        const int64_t first = part * W2V_WIDTH;
        const w2v_vec h = w2v_load(hidden + first);
        if (asked)
            w2v_ask_on_the_way(asked, first);
#pragma GCC unroll 8
        for (int i = 0; i < W2V_GROUP; i++)
            if (begin <= i && i < end)
                lanes[i][part] = h * w2v_load(rows[i] + first);
            else
                lanes[i][part] = w2v_all(0.0f);
#pragma GCC unroll 2
        for (int64_t at = first + W2V_BLOCK; at < extent; at += W2V_BLOCK) {
            const w2v_vec h = w2v_load(hidden + at);
            if (asked)
                w2v_ask_on_the_way(asked, at);
#pragma GCC unroll 8
            for (int i = begin; i < end; i++)
                lanes[i][part] += h * w2v_load(rows[i] + at);
        }
    }
}

/* Return the dots of hidden with rows[0 .. count), count <= W2V_GROUP, over `extent` components (w2v_extent). */
W2V_INLINE w2v_sums w2v_dots(int count, int64_t extent, const float *hidden, float *const *rows)
{
    w2v_vec lanes[W2V_GROUP][W2V_PARTS];
    w2v_lanes_of_dots(0, count, extent, hidden, rows, lanes, NULL);
    return w2v_reduce(lanes);
}

/* Return the dots of hidden[i] with rows[i] for i < W2V_GROUP. */
W2V_INLINE w2v_sums w2v_dots_of_pairs(int64_t extent, float *const *hidden, float *const *rows)
{
    w2v_vec lanes[W2V_GROUP][W2V_PARTS];
#pragma GCC unroll 8
    for (int i = 0; i < W2V_GROUP; i++)
#pragma GCC unroll 4
        for (int part = 0; part < W2V_PARTS; part++) {
            const float *const h = hidden[i] + part * W2V_WIDTH, *const row = rows[i] + part * W2V_WIDTH;
            w2v_vec sum = w2v_load(h) * w2v_load(row);
            for (int64_t at = W2V_BLOCK; at < extent - part * W2V_WIDTH; at += W2V_BLOCK)
                sum += w2v_load(h + at) * w2v_load(row + at);
            lanes[i][part] = sum;
        }
    return w2v_reduce(lanes);
}

/* Return the dots of first with rows[0 .. 4), then those of second: each vector of a row is loaded for both. */
W2V_INLINE w2v_sums w2v_dots_of_two(int64_t extent, const float *first, const float *second, float *const *rows)
{
    w2v_vec lanes[W2V_GROUP][W2V_PARTS];
#pragma GCC unroll 4
    for (int part = 0; part < W2V_PARTS; part++) {
        const int64_t begin = part * W2V_WIDTH;
#pragma GCC unroll 4
        for (int i = 0; i < 4; i++) {
            const w2v_vec row = w2v_load(rows[i] + begin);
            lanes[i][part] = w2v_load(first + begin) * row;
            lanes[4 + i][part] = w2v_load(second + begin) * row;
        }
        for (int64_t at = begin + W2V_BLOCK; at < extent; at += W2V_BLOCK) {
            const w2v_vec a = w2v_load(first + at), b = w2v_load(second + at);
#pragma GCC unroll 4
            for (int i = 0; i < 4; i++) {
                const w2v_vec row = w2v_load(rows[i] + at);
                lanes[i][part] += a * row;
                lanes[4 + i][part] += b * row;
            }
        }
    }
    return w2v_reduce(lanes);
}

W2V_INLINE w2v_sums w2v_load_sums(const float *from)
{
    w2v_sums x;
#pragma GCC unroll 2
    for (int part = 0; part < W2V_SUM_PARTS; part++)
        x.part[part] = *(const w2v_sum *)(from + part * W2V_SUM_WIDTH);
    return x;
}

W2V_INLINE void w2v_store_sums(float *to, w2v_sums x)
{
#pragma GCC unroll 2
    for (int part = 0; part < W2V_SUM_PARTS; part++)
        *(w2v_sum *)(to + part * W2V_SUM_WIDTH) = x.part[part];
}

/* Write each of the first `count` numbers into all lanes of a vector. count: a constant. */
W2V_INLINE void w2v_in_all_lanes(int count, const float *g, w2v_vec *all_g)
{
#pragma GCC unroll 8
    for (int i = 0; i < count; i++)
        all_g[i] = w2v_all(g[i]);
}

/*
 * Update W2V_WIDTH components, from `at`, of rows[0 .. count) and return their error.
 * g: the gradients in all lanes. error: what earlier groups left.
 */
W2V_INLINE w2v_vec w2v_update(int count, int64_t at, w2v_vec hidden, float *const *rows, const w2v_vec *g,
                              w2v_vec error, int learn_hidden)
{
#pragma GCC unroll 8
    for (int i = 0; i < count; i++) {
        const w2v_vec row = w2v_load(rows[i] + at);
        error += g[i] * row;
        if (learn_hidden)
            w2v_store(rows[i] + at, row + g[i] * hidden);
    }
    return error;
}
