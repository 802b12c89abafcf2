/*
 * path_groups.c - the steps of a Huffman path, in groups: dots, gradients, and the update.
 *
 * A group's dots, the sums of their lanes and its sigmoid are a chain, in which each link waits for the one before. Two
 * groups do not wait for each other: their sigmoids are taken together, or one while the other group is updated (path.c).
 * The rows of a path are all different, so when its groups are scored and updated does not show in the bits.
 */

/* A group whose dots are in g, and give way to its gradients. */
typedef struct {
    float *g; /* (W2V_GROUP,) */
    const float *labels;
    float alpha;
} w2v_pending;

W2V_INLINE w2v_pending w2v_pending_group(const w2v_path *path, int64_t group, float alpha)
{
    return (w2v_pending){.g = path->g + group * W2V_GROUP, .labels = path->labels + group * W2V_GROUP, .alpha = alpha};
}

W2V_INLINE void w2v_settle(const w2v_pending *pending, w2v_meanwhile work)
{
    w2v_gradients_meanwhile(w2v_load_sums(pending->g), pending->labels, pending->alpha, pending->g, work);
}

/* Go from dots to gradients in the first `groups` groups of a path, two at a time. */
W2V_INLINE void w2v_settle_groups(const w2v_path *path, int64_t groups, float alpha)
{
    int64_t group = 0;
    for (; group + 1 < groups; group += 2) {
        const w2v_pending one = w2v_pending_group(path, group, alpha), other = w2v_pending_group(path, group + 1, alpha);
        const w2v_sums x = w2v_load_sums(one.g), y = w2v_load_sums(other.g);
        w2v_gradients(x, one.labels, alpha, one.g);
        w2v_gradients(y, other.labels, alpha, other.g);
    }
    if (group < groups) {
        const w2v_pending last = w2v_pending_group(path, group, alpha);
        w2v_settle(&last, (w2v_meanwhile){0});
    }
}

/* Tell whether a path's last sigmoid may be left for later, to be taken while the first group is updated. */
W2V_INLINE int w2v_overlaps(const w2v_path *path)
{
    return W2V_OVERLAPS && path->groups > 1;
}

/* Have the gradients of a path; of its last group, if that is left for later, the dots. */
static void w2v_score_path(const w2v_path *path, w2v_projection *p, int leaves_last)
{
    for (int64_t group = 0; group < path->groups; group++) {
        float *const x = path->g + group * W2V_GROUP;
        w2v_dots_of_rows(p->extent, p->hidden, path->counts[group], path->rows + group * W2V_GROUP, x);
        if (W2V_UNLIKELY(p->compute_loss))
            p->loss += w2v_group_loss(w2v_load_sums(x), path->labels + group * W2V_GROUP, path->counts[group]);
    }
    w2v_settle_groups(path, path->groups - leaves_last, p->alpha);
}

/*
 * Update up to W2V_GROUP rows, and return their dots with the coming hidden if it is scored. pending: whose gradients
 * are taken meanwhile, only where a block is one vector; NULL: none. count, is_first, scores, and whether pending is
 * NULL: constants.
 */
W2V_INLINE w2v_sums w2v_update_nodes(const w2v_path_pair *pair, int count, float *const *path_rows, const float *g,
                                     int is_first, int scores, const w2v_pending *pending)
{
    float *rows[W2V_GROUP];
    w2v_vec all_g[W2V_GROUP], dots[W2V_GROUP], lanes[W2V_GROUP][W2V_PARTS];
    w2v_path_update update = {.pair = *pair, .count = count, .is_first = is_first, .scores = scores, .rows = rows,
                              .g = all_g, .dots = dots};
#pragma GCC unroll 8
    for (int i = 0; i < count; i++)
        rows[i] = path_rows[i];
    w2v_in_all_lanes(count, g, all_g);
#pragma GCC unroll 4
    for (int part = 0; part < W2V_PARTS; part++) {
        int64_t at = part * W2V_WIDTH;
        for (int i = 0; i < W2V_GROUP; i++)
            dots[i] = w2v_all(-0.0f); /* -0 + x is x, of whatever sign a zero has: as w2v_dots begins */
        if (pending) {
            w2v_settle(pending, (w2v_meanwhile){.path = &update});
            at = W2V_SIGMOID_PARTS * W2V_BLOCK;
        }
#pragma GCC unroll 1
        for (; at < update.pair.extent; at += W2V_BLOCK) {
            if (part == 0)
                w2v_ask(update.pair.asked + at);
            w2v_update_path_at(&update, at);
        }
#pragma GCC unroll 8
        for (int i = 0; i < W2V_GROUP; i++)
            lanes[i][part] = i < count ? dots[i] : w2v_all(0.0f);
    }
    return w2v_reduce(lanes);
}

#if W2V_OVERLAPS
#define W2V_MEANWHILE(pending) (&(pending))
#else
#define W2V_MEANWHILE(pending) NULL
#endif

W2V_NOINLINE void w2v_update_first(const w2v_path_pair *pair, int64_t count, float *const *rows, const float *g,
                                   w2v_pending pending)
{
    (void)pending;
    W2V_BY_COUNT(count, w2v_update_nodes(pair, n, rows, g, 1, 0, W2V_MEANWHILE(pending)))
}

W2V_NOINLINE void w2v_update_more(const w2v_path_pair *pair, int64_t count, float *const *rows, const float *g)
{
    W2V_BY_COUNT(count, w2v_update_nodes(pair, n, rows, g, 0, 0, NULL))
}

W2V_NOINLINE w2v_sums w2v_update_and_score_first(const w2v_path_pair *pair, int64_t count, float *const *rows,
                                                 const float *g, w2v_pending pending)
{
    (void)pending;
    W2V_BY_COUNT(count, return w2v_update_nodes(pair, n, rows, g, 1, 1, W2V_MEANWHILE(pending)))
}

W2V_NOINLINE w2v_sums w2v_update_and_score_more(const w2v_path_pair *pair, int64_t count, float *const *rows,
                                                const float *g, w2v_pending pending)
{
    (void)pending;
    W2V_BY_COUNT(count, return w2v_update_nodes(pair, n, rows, g, 0, 1, W2V_MEANWHILE(pending)))
}

/* Update a path that has been scored, its last sigmoid left for later if it may be (w2v_overlaps). */
W2V_INLINE void w2v_update_path(w2v_worker *worker, const w2v_path *path, w2v_path_pair *pair, float alpha)
{
    const int64_t last = path->groups - 1;
    const int is_settled = W2V_OVERLAPS && !w2v_overlaps(path);
    float *const input = pair->input;
    pair->input = NULL;
    if (is_settled)
        w2v_clear(pair->error, pair->extent);
    for (int64_t group = 0; group <= last; group++) {
        float *const *const rows = path->rows + group * W2V_GROUP;
        const float *const g = path->g + group * W2V_GROUP;
        pair->asked = w2v_next_coming_row(worker);
        if (group == last)
            pair->input = input;
        if (group == 0 && !is_settled)
            w2v_update_first(pair, path->counts[0], rows, g, w2v_pending_group(path, last, alpha));
        else
            w2v_update_more(pair, path->counts[group], rows, g);
    }
}
