/*
 * path.c - skip-gram with hierarchical softmax: the pairs of a centre, which share its Huffman path.
 *
 *   score      x_i = A_k . row_i; only for the first pair of a centre
 *   update     A_k += the sum of g_i row_i;  row_i += g_i A_k, and in the same pass x_i = A_(k+1) . row_i
 *
 * Pair k + 1 needs the rows as pair k leaves them. A row that has just been updated is still in a register: the
 * dots of the coming pair cost no pass of their own, and fill the time in which the sums of the update wait for
 * each other. The steps are those of w2v_train_objectives, in the same order, so the bits are the same.
 */

/* The pair in hand, and the one whose dots are taken on the way. */
typedef struct {
    float *input;      /* A_k */
    const float *next; /* A_(k+1), another row; NULL: there is none */
    float *error;      /* (stride,) what earlier groups of the path add to A_k */
    int64_t extent;
    int from_zero, last; /* the first group; the last one, after which A_k changes */
} w2v_path_pair;

/* Update up to W2V_GROUP rows of a path and what they add to A_k; return the dots with A_(k+1), if there is one. */
W2V_INLINE w2v_sums w2v_update_and_score(const w2v_path_pair *pair, int count, float *const *path_rows, const float *g,
                                         int scores)
{
    float *const input = pair->input, *const error = pair->error;
    const float *const next = pair->next;
    const int64_t extent = pair->extent;
    const int from_zero = pair->from_zero, last = pair->last;
    float *rows[W2V_GROUP];
    w2v_vec all_g[W2V_GROUP];
    w2v_vec lanes[W2V_GROUP][W2V_PARTS];
#pragma GCC unroll 8
    for (int i = 0; i < count; i++) {
        rows[i] = path_rows[i];
        all_g[i] = w2v_all(g[i]);
    }
#pragma GCC unroll 4
    for (int part = 0; part < W2V_PARTS; part++) {
        w2v_vec dots[W2V_GROUP];
        for (int i = 0; i < W2V_GROUP; i++)
            dots[i] = w2v_all(-0.0f); /* -0 + x is x, of whatever sign a zero has: as w2v_dots begins */
#pragma GCC unroll 1
        for (int64_t at = part * W2V_WIDTH; at < extent; at += W2V_BLOCK) {
            const w2v_vec a = w2v_load(input + at);
            const w2v_vec h = scores ? w2v_load(next + at) : a;
            w2v_vec e = from_zero ? w2v_all(0.0f) : w2v_load(error + at);
#pragma GCC unroll 8
            for (int i = 0; i < count; i++) {
                w2v_vec row = w2v_load(rows[i] + at);
                e += all_g[i] * row;
                row += all_g[i] * a;
                w2v_store(rows[i] + at, row);
                if (scores)
                    dots[i] += h * row;
            }
            if (last)
                w2v_store(input + at, a + e);
            else
                w2v_store(error + at, e);
        }
#pragma GCC unroll 8
        for (int i = 0; i < W2V_GROUP; i++)
            lanes[i][part] = i < count ? dots[i] : w2v_all(0.0f);
    }
    return w2v_reduce(lanes);
}

W2V_NOINLINE void w2v_update_path_group(const w2v_path_pair *pair, int64_t count, float *const *rows, const float *g)
{
    W2V_BY_COUNT(count, w2v_update_and_score(pair, n, rows, g, 0))
}

W2V_NOINLINE w2v_sums w2v_update_and_score_group(const w2v_path_pair *pair, int64_t count, float *const *rows,
                                                 const float *g)
{
    W2V_BY_COUNT(count, return w2v_update_and_score(pair, n, rows, g, 1))
}

/* Take a pair of a model with hierarchical softmax alone and no locks. */
static void w2v_sg_take_path(w2v_worker *worker, const w2v_plan *plan)
{
    const w2v_plan *const next = worker->step + 1 < worker->planned ? w2v_plan_of(worker, worker->step + 1) : NULL;
    const w2v_token *token = &worker->tokens[plan->center];
    const int compute_loss = worker->run->compute_loss;
    float *const *const rows = worker->path_rows;
    float *const g = worker->path_g, *const labels = worker->path_labels;
    if (!worker->scored) {
        w2v_projection projection = {.hidden = plan->input, .extent = worker->extent, .alpha = token->alpha,
                                     .compute_loss = compute_loss};
        w2v_gather_path(worker, token->word_id);
        w2v_score_rows(&projection, worker->path_length, rows, labels, g);
        worker->loss += projection.loss;
    }
    w2v_ask_for_path(worker);
    const int64_t count = worker->path_length;
    const int scores = next && next->center == plan->center && next->input != plan->input;
    w2v_path_pair pair = {.input = plan->input, .next = scores ? next->input : NULL, .error = worker->error,
                          .extent = worker->extent};
    for (int64_t first = 0; first < count; first += W2V_GROUP) {
        const int64_t size = count - first < W2V_GROUP ? count - first : W2V_GROUP;
        pair.from_zero = first == 0;
        pair.last = first + size == count;
        if (scores) /* the gradients of a group give way to its coming dots */
            w2v_store_sums(g + first, w2v_update_and_score_group(&pair, size, rows + first, g + first));
        else
            w2v_update_path_group(&pair, size, rows + first, g + first);
    }
    if (scores) {
        if (W2V_UNLIKELY(compute_loss))
            worker->loss += w2v_loss_of(count, g, labels);
        w2v_gradients_of(count, labels, token->alpha, g);
    }
    worker->scored = scores;
}
