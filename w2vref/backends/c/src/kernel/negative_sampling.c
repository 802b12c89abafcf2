/*
 * negative_sampling.c - a planned step of negative sampling, of which no two rows are the same.
 *
 * Its rows are passed over twice, for the dots and for the update, in which the error stays in registers. Meanwhile the
 * rows of a coming step are asked for, and the noise of a later one is drawn.
 */

/* What becomes of the error of a step. */
enum w2v_destination { W2V_KEEP_ERROR, W2V_ADD_TO_HIDDEN };

W2V_INLINE w2v_vec w2v_result_of(enum w2v_destination destination, w2v_vec hidden, w2v_vec error)
{
    if (destination == W2V_ADD_TO_HIDDEN)
        return hidden + error;
    return error;
}

/* Update W2V_WIDTH components, from `at`, of the rows and of the target. */
W2V_INLINE void w2v_update_one(enum w2v_destination destination, float *target, int count, int64_t at,
                               const float *hidden, float *const *rows, const w2v_vec *g)
{
    const w2v_vec h = w2v_load(hidden + at);
    w2v_store(target + at, w2v_result_of(destination, h, w2v_update(count, at, h, rows, g, w2v_all(0.0f), 1)));
}

/*
 * The same for two vectors of each row in turn: where a vector is half of a cache line, it is written as a whole.
 * Variables, not arrays: of those the compiler would first load all rows, for which there are not enough registers.
 */
W2V_INLINE void w2v_update_two(enum w2v_destination destination, float *target, int count, int64_t at,
                               const float *hidden, float *const *rows, const w2v_vec *g)
{
    const int64_t next = at + W2V_WIDTH;
    const w2v_vec h = w2v_load(hidden + at), next_h = w2v_load(hidden + next);
    w2v_vec error = w2v_all(0.0f), next_error = w2v_all(0.0f);
#pragma GCC unroll 8
    for (int i = 0; i < count; i++) {
        const w2v_vec row = w2v_load(rows[i] + at), next_row = w2v_load(rows[i] + next);
        error += g[i] * row;
        next_error += g[i] * next_row;
        w2v_store(rows[i] + at, row + g[i] * h);
        w2v_store(rows[i] + next, next_row + g[i] * next_h);
    }
    w2v_store(target + at, w2v_result_of(destination, h, error));
    w2v_store(target + next, w2v_result_of(destination, next_h, next_error));
}

/* Write the rows of a plan. count: a constant. */
W2V_INLINE void w2v_load_rows(const w2v_plan *plan, int count, float **rows)
{
#pragma GCC unroll 8
    for (int i = 0; i < count; i++) {
        rows[i] = plan->rows[i * W2V_PLANS];
        W2V_ONE_POINTER(rows[i]); /* in a register: the compiler would copy two at a time through memory */
    }
}

/* Add the loss of a step with these dots, if it is asked for. */
W2V_INLINE void w2v_count_loss(w2v_worker *worker, w2v_sums x, int count)
{
    if (W2V_UNLIKELY(worker->run->compute_loss))
        worker->loss += w2v_group_loss(x, w2v_negative_labels, count);
}

/*
 * Update the rows of a step: target = hidden + error or the error. g: (count,). hidden, target: (stride,).
 * asks_for_context: the coming step's new context row is asked for, too, as its other rows are.
 */
W2V_INLINE void w2v_update_step(const w2v_worker *worker, int count, float *const *rows, const float *g,
                                const float *hidden, float *target, enum w2v_destination destination,
                                int asks_for_context)
{
    const int64_t extent = worker->extent;
    w2v_vec all_g[W2V_GROUP];
    w2v_in_all_lanes(count, g, all_g);
    const w2v_asked asked = w2v_coming_rows(worker, 0, count, asks_for_context);
    for (int64_t block = 0; block < extent; block += W2V_BLOCK) {
        w2v_ask_on_the_way(&asked, block);
        if (W2V_WIDTH == 8 && block + W2V_BLOCK <= extent) {
            w2v_update_two(destination, target, count, block, hidden, rows, all_g);
            continue;
        }
#pragma GCC unroll 4
        for (int part = 0; part < W2V_PARTS; part++)
            if (block + part * W2V_WIDTH < extent)
                w2v_update_one(destination, target, count, block + part * W2V_WIDTH, hidden, rows, all_g);
    }
}

/* Take the step of a plan. hidden, target, asks_for_context: as w2v_update_step. */
W2V_INLINE void w2v_take_rows(w2v_worker *worker, const w2v_plan *plan, int count, const float *hidden, float *target,
                              enum w2v_destination destination, int asks_for_context)
{
    float *rows[W2V_GROUP];
    float g[W2V_GROUP] __attribute__((aligned(32)));
    w2v_load_rows(plan, count, rows);
    const w2v_sums x = w2v_dots(count, worker->extent, hidden, rows);
    w2v_draws noise = w2v_coming_noise(worker, count - 1);
    w2v_gradients_meanwhile(x, w2v_negative_labels, worker->tokens[plan->center].alpha, g,
                            (w2v_meanwhile){.draws = &noise});
    w2v_count_loss(worker, x, count);
    w2v_update_step(worker, count, rows, g, hidden, target, destination, asks_for_context);
}
