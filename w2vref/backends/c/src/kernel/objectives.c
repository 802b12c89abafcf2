/*
 * objectives.c - logistic steps; hierarchical softmax and negative sampling are lists of them.
 *
 *   gather    rows of the target and its negatives, or of the target's Huffman path
 *   score     x_i = hidden . row_i
 *   gradient  g_i = (label_i - sigmoid(x_i)) * alpha
 *   update    error += g_i * row_i;  row_i += g_i * hidden
 *
 * The contract takes the steps one after the other. Steps on different rows do not see each other,
 * so up to W2V_GROUP of them are taken together and give the same bits; where a row comes up again,
 * a new group begins (w2v_steps).
 */
#include <math.h>

/* Return the dots of hidden with rows[0 .. count), count <= W2V_GROUP, over `extent` components (w2v_extent). */
W2V_INLINE w2v_sums w2v_dots(int count, int64_t extent, const float *hidden, float *const *rows)
{
    w2v_vec lanes[W2V_GROUP][W2V_PARTS];
#pragma GCC unroll 4
    for (int part = 0; part < W2V_PARTS; part++) {
        const int64_t first = part * W2V_WIDTH;
        const w2v_vec h = w2v_load(hidden + first);
#pragma GCC unroll 8
        for (int i = 0; i < W2V_GROUP; i++)
            if (i < count)
                lanes[i][part] = h * w2v_load(rows[i] + first);
            else
                lanes[i][part] = w2v_all(0.0f);
#pragma GCC unroll 2
        for (int64_t at = first + W2V_BLOCK; at < extent; at += W2V_BLOCK) {
            const w2v_vec h = w2v_load(hidden + at);
#pragma GCC unroll 8
            for (int i = 0; i < count; i++)
                lanes[i][part] += h * w2v_load(rows[i] + at);
        }
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

/*
 * Work that is done a piece at a time between the parts of a sigmoid. Each of these waits for the one before. What stands
 * behind a sigmoid in the program waits as well, even if it is done, since instructions leave the processor in order, and
 * fills its window meanwhile; what stands between the parts leaves it with them.
 */

/* Draws of noise, one at a time. */
typedef struct {
    const w2v_model *model;
    uint64_t stream; /* of which the next draws are taken */
    uint32_t *r;     /* (count,): their values */
    int count, next; /* of draws: constants, once all is in line */
} w2v_draws;

/* The dots of w2v_dots, a quarter at a time. */
#define W2V_PIECES 4
typedef struct {
    int count, next; /* of rows; of pieces: constants, once all is in line */
    int64_t extent, at;
    const float *hidden;
    float *const *rows;
    w2v_vec lanes[W2V_GROUP][W2V_PARTS];
} w2v_dots_in_pieces;

/* What is done: one of the two, or nothing. */
typedef struct {
    w2v_draws *draws;
    w2v_dots_in_pieces *dots;
} w2v_meanwhile;

/* Take the next draw. */
W2V_INLINE void w2v_draw_next(w2v_draws *draws)
{
    draws->stream += W2V_GAMMA;
    draws->r[draws->next++] = w2v_noise_value(draws->model, w2v_mix64(draws->stream));
}

/* Take the next piece of dots: some blocks of one part of each. */
W2V_INLINE void w2v_next_piece(w2v_dots_in_pieces *dots)
{
    const int slices = W2V_PIECES / W2V_PARTS, part = dots->next / slices, slice = dots->next % slices;
    const int64_t first = part * W2V_WIDTH, blocks = (slice + 1) * dots->extent / slices / W2V_BLOCK;
    const int64_t end = slice + 1 == slices ? dots->extent : first + blocks * W2V_BLOCK;
    if (slice == 0) {
        const w2v_vec h = w2v_load(dots->hidden + first);
#pragma GCC unroll 8
        for (int i = 0; i < W2V_GROUP; i++)
            if (i < dots->count)
                dots->lanes[i][part] = h * w2v_load(dots->rows[i] + first);
            else
                dots->lanes[i][part] = w2v_all(0.0f);
        dots->at = first + W2V_BLOCK;
    }
    int64_t at = dots->at;
#pragma GCC unroll 1
    for (; at < end; at += W2V_BLOCK) {
        const w2v_vec h = w2v_load(dots->hidden + at);
#pragma GCC unroll 8
        for (int i = 0; i < dots->count; i++)
            dots->lanes[i][part] += h * w2v_load(dots->rows[i] + at);
    }
    dots->at = at;
    dots->next++;
}

/* Return the value of part k (0 .. 4), and do a piece of work in this place of the program. */
W2V_INLINE w2v_sum w2v_then(int k, w2v_sum value, w2v_meanwhile work)
{
    if (work.draws && work.draws->next < work.draws->count) {
        W2V_IN_ORDER(value, work.draws->stream);
        w2v_draw_next(work.draws);
    }
    if (work.dots && k > 0 && work.dots->next < W2V_PIECES) {
        W2V_IN_ORDER(value, work.dots->at);
        w2v_next_piece(work.dots);
    }
    return value;
}

/*
 * Return 1 / (1 + exp(-x)) in each lane: the float32 sigmoid of DESIGN.md section 3, whose exp is the
 * polynomial of the Cephes library (Moshier), in Estrin's form; the twin of reference/arithmetic.py.
 */
W2V_INLINE w2v_sum w2v_sigmoid_meanwhile(w2v_sum x, w2v_meanwhile work)
{
    const w2v_sum t = w2v_then(0, -w2v_clamp(x, 87.0f), work);
    /* Adding 1.5 * 2^23 rounds to an integer n, which then stands in the low bits. */
    const w2v_sum shifted = w2v_then(1, t * 1.44269504f + 12582912.0f, work);
    const w2v_sum n = shifted - 12582912.0f;
    const w2v_sum r = w2v_then(2, (t - n * 0.693359375f) - n * -2.12194440e-4f, work);
    const w2v_sum z = r * r;
    const w2v_sum q = w2v_then(3, (1.9875691500e-4f * r + 1.3981999507e-3f) * z, work);
    const w2v_sum p = (q + (8.3334519073e-3f * r + 4.1665795894e-2f)) * z + (1.6666665459e-1f * r + 5.0000001201e-1f);
    const w2v_sum power = (w2v_sum)(((w2v_sum_bits)shifted << 23) + 0x3F800000); /* 2^n */
    const w2v_sum e = w2v_then(4, ((p * z + r) + 1.0f) * power, work);
    return 1.0f / (1.0f + e);
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

/* Return log(1 / (1 + exp(-x))) in float64, without overflow. */
static double w2v_log_sigmoid(double x)
{
    return x >= 0.0 ? -log1p(exp(-x)) : x - log1p(exp(x));
}

/* Return the loss in nats of the first `count` steps of a group. */
W2V_NOINLINE double w2v_group_loss(w2v_sums x, const float *labels, int count)
{
    float dot[W2V_GROUP];
    double loss = 0.0;
    for (int i = 0; i < W2V_GROUP; i++)
        dot[i] = x.part[i / W2V_SUM_WIDTH][i % W2V_SUM_WIDTH];
    for (int i = 0; i < count; i++)
        loss -= w2v_log_sigmoid(labels[i] != 0.0f ? (double)dot[i] : -(double)dot[i]);
    return loss;
}

/* The labels of negative sampling: the target, then noise. */
static const float w2v_negative_labels[W2V_GROUP] __attribute__((aligned(32))) = {1.0f};

/* One projection and its logistic steps, as w2v_steps takes them. */
typedef struct {
    const float *hidden; /* (stride,) */
    float *error;        /* (stride,), to which the steps add */
    int64_t extent;
    float alpha;
    int learn_hidden;
    int compute_loss;
    double loss; /* to which the steps add, if compute_loss */
} w2v_projection;

/* Write the dots of up to W2V_GROUP rows, and zeros up to there. x: (W2V_GROUP,), 32-byte aligned. */
W2V_NOINLINE void w2v_dots_of_rows(const w2v_projection *p, int64_t count, float *const *rows, float *x)
{
    W2V_BY_COUNT(count, w2v_store_sums(x, w2v_dots(n, p->extent, p->hidden, rows)))
}

/* Return the loss in nats of `count` steps. x, labels: as w2v_gradients_of. */
W2V_NOINLINE double w2v_loss_of(int64_t count, const float *x, const float *labels)
{
    double loss = 0.0;
    for (int64_t i = 0; i < count; i += W2V_GROUP)
        loss += w2v_group_loss(w2v_load_sums(x + i), labels + i, (int)(count - i < W2V_GROUP ? count - i : W2V_GROUP));
    return loss;
}

/*
 * Go from the dots of `count` steps to their gradients, in place. g and labels: (count,) padded to a group, and 32-byte
 * aligned. Two groups at a time: the parts of a sigmoid wait for each other, those of two sigmoids do not.
 */
W2V_INLINE void w2v_gradients_of(int64_t count, const float *labels, float alpha, float *g)
{
    int64_t i = 0;
    for (; i + W2V_GROUP < count; i += 2 * W2V_GROUP) {
        const w2v_sums x = w2v_load_sums(g + i), next = w2v_load_sums(g + i + W2V_GROUP);
        w2v_gradients(x, labels + i, alpha, g + i);
        w2v_gradients(next, labels + i + W2V_GROUP, alpha, g + i + W2V_GROUP);
    }
    if (i < count)
        w2v_gradients(w2v_load_sums(g + i), labels + i, alpha, g + i);
}

/*
 * Score and gradient of steps whose rows all differ: write g. All dots first, then all sigmoids: a sigmoid after each group
 * of dots would have the processor wait for each.
 */
static void w2v_score_rows(w2v_projection *p, int64_t count, float *const *rows, const float *labels, float *g)
{
    for (int64_t i = 0; i < count; i += W2V_GROUP)
        w2v_dots_of_rows(p, count - i < W2V_GROUP ? count - i : W2V_GROUP, rows + i, g + i);
    if (W2V_UNLIKELY(p->compute_loss))
        p->loss += w2v_loss_of(count, g, labels);
    w2v_gradients_of(count, labels, p->alpha, g);
}

/* Update of a group: the rows and p->error change. */
W2V_INLINE void w2v_update_group(const w2v_projection *p, int count, float *const *rows, const float *g,
                                 int learn_hidden)
{
    const int64_t extent = p->extent;
    const float *const hidden = p->hidden;
    float *const error = p->error;
    w2v_vec all_g[W2V_GROUP];
#pragma GCC unroll 8
    for (int i = 0; i < count; i++)
        all_g[i] = w2v_all(g[i]);
    for (int64_t at = 0; at < extent; at += W2V_WIDTH)
        w2v_store(error + at, w2v_update(count, at, w2v_load(hidden + at), rows, all_g,
                                         w2v_load(error + at), learn_hidden));
}

W2V_NOINLINE void w2v_update_rows(const w2v_projection *p, int64_t count, float *const *rows, const float *g)
{
    if (p->learn_hidden) {
        W2V_BY_COUNT(count, w2v_update_group(p, n, rows, g, 1))
    } else {
        W2V_BY_COUNT(count, w2v_update_group(p, n, rows, g, 0))
    }
}

/*
 * Take the logistic steps of rows[0 .. count) in order, where a row may come up again: in groups of
 * different rows, one group after the other. labels: (count,), 1 or 0.
 */
static void w2v_steps(w2v_projection *p, int64_t count, float *const *rows, const float *labels)
{
    while (count > 0) {
        float group_labels[W2V_GROUP] __attribute__((aligned(32))) = {0};
        float g[W2V_GROUP] __attribute__((aligned(32)));
        int size = 0, repeated = 0;
        while (size < W2V_GROUP && size < count && !repeated) {
            group_labels[size] = labels[size];
            size++;
            for (int i = 0; i < size && size < count; i++)
                repeated |= rows[i] == rows[size];
        }
        w2v_score_rows(p, size, rows, group_labels, g);
        w2v_update_rows(p, size, rows, g);
        rows += size;
        labels += size;
        count -= size;
    }
}

/* Update of all steps of a path. */
static void w2v_update_path(const w2v_projection *p, int64_t count, float *const *rows, const float *g)
{
    for (int64_t i = 0; i < count; i += W2V_GROUP)
        w2v_update_rows(p, count - i < W2V_GROUP ? count - i : W2V_GROUP, rows + i, g + i);
}
