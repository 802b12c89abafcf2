/*
 * sigmoid.c - the sigmoid, from dots to gradients, and work that is done between its parts.
 */

/*
 * Work that is done a piece at a time between the parts of a sigmoid. Each of these waits for the one before. What stands
 * behind a sigmoid in the program waits as well, even if it is done, since instructions leave the processor in order, and
 * fills its window meanwhile; what stands between the parts leaves it with them.
 */

/* Draws of noise, one at a time. */
typedef struct {
    const w2v_model *model;
    uint64_t stream; /* of which the next draws are taken */
    uint32_t *r;     /* their values, W2V_BATCH apart */
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

/* The update of rows 1 .. count - 1 and of hidden, in blocks; W2V_OVERLAPS. */
typedef struct {
    int count; /* of rows: a constant, once all is in line */
    int64_t extent;
    float *hidden;
    const float *error; /* what row 0, whose update is done, adds to hidden */
    float *const *rows;
    const w2v_vec *g;
    w2v_asked asked;
} w2v_update_in_blocks;

/* The update of rows whose error is taken already, in blocks; W2V_OVERLAPS. */
typedef struct {
    int count; /* of rows: a constant, once all is in line */
    int64_t extent;
    const float *hidden;
    float *const *rows;
    const w2v_vec *g;
    w2v_asked asked;
} w2v_late_update;

/* What is done: one of the first two, or nothing, and one of the others, or nothing. */
typedef struct {
    w2v_draws *draws;
    w2v_dots_in_pieces *dots;
    w2v_update_in_blocks *update;
    w2v_late_update *late;
} w2v_meanwhile;

/* Take the next draw. */
W2V_INLINE void w2v_draw_next(w2v_draws *draws)
{
    draws->stream += W2V_GAMMA;
    draws->r[draws->next++ * W2V_BATCH] = w2v_noise_value(draws->model, w2v_mix64(draws->stream));
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

/* Update the sixteen components from `at`. */
W2V_INLINE void w2v_update_block(const w2v_update_in_blocks *update, int64_t at)
{
    w2v_ask_on_the_way(&update->asked, at);
    const w2v_vec h = w2v_load(update->hidden + at);
    const w2v_vec error = w2v_load(update->error + at);
    w2v_store(update->hidden + at,
              h + w2v_update(update->count - 1, at, h, update->rows + 1, update->g + 1, error, 1));
}

/* Update the sixteen components from `at` of rows that were left for later. */
W2V_INLINE void w2v_update_late_block(const w2v_late_update *late, int64_t at)
{
    const w2v_vec h = w2v_load(late->hidden + at);
    w2v_ask_on_the_way(&late->asked, at);
#pragma GCC unroll 8
    for (int i = 0; i < late->count; i++)
        w2v_store(late->rows[i] + at, w2v_load(late->rows[i] + at) + late->g[i] * h);
}

/* Parts of a sigmoid: behind each a draw may be taken and a block updated, behind some there may be a piece of dots. */
#define W2V_SIGMOID_PARTS 7
_Static_assert(W2V_SIGMOID_PARTS >= W2V_GROUP - 1, "there must be a part for each draw of a step");
#define W2V_HAS_PIECE(k) ((k) == 1 || (k) == 2 || (k) == 3 || (k) == 5)

/* Return the value of part k (0 .. 6), and do a piece of work in this place of the program. */
W2V_INLINE w2v_sum w2v_then(int k, w2v_sum value, w2v_meanwhile work)
{
    if (work.draws && work.draws->next < work.draws->count) {
        W2V_IN_ORDER(value, work.draws->stream);
        w2v_draw_next(work.draws);
    }
    if (work.update && k * W2V_BLOCK < work.update->extent) {
        W2V_IN_ORDER(value, work.update->hidden);
        w2v_update_block(work.update, k * W2V_BLOCK);
    }
    if (work.late && k * W2V_BLOCK < work.late->extent) {
        W2V_IN_ORDER(value, work.late->hidden);
        w2v_update_late_block(work.late, k * W2V_BLOCK);
    }
    if (work.dots && W2V_HAS_PIECE(k) && work.dots->next < W2V_PIECES) {
        W2V_IN_ORDER(value, work.dots->at);
        w2v_next_piece(work.dots);
    }
    return value;
}

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
