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
W2V_NOINLINE void w2v_dots_of_rows(int64_t extent, const float *hidden, int64_t count, float *const *rows, float *x)
{
    W2V_BY_COUNT(count, w2v_store_sums(x, w2v_dots(n, extent, hidden, rows)))
}

/* Score and gradient of up to W2V_GROUP steps whose rows all differ: write g. */
static void w2v_score_rows(w2v_projection *p, int64_t count, float *const *rows, const float *labels, float *g)
{
    w2v_dots_of_rows(p->extent, p->hidden, count, rows, g);
    if (W2V_UNLIKELY(p->compute_loss))
        p->loss += w2v_group_loss(w2v_load_sums(g), labels, (int)count);
    w2v_gradients(w2v_load_sums(g), labels, p->alpha, g);
}

/* Update of a group: the rows and p->error change. */
W2V_INLINE void w2v_update_group(const w2v_projection *p, int count, float *const *rows, const float *g,
                                 int learn_hidden)
{
    const int64_t extent = p->extent;
    const float *const hidden = p->hidden;
    float *const error = p->error;
    w2v_vec all_g[W2V_GROUP];
    w2v_in_all_lanes(count, g, all_g);
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
