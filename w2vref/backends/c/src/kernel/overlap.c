/*
 * overlap.c - skip-gram with negative sampling, where a pair is scored while the one before it is updated.
 *
 * A pair is a chain: dots, the sums of their lanes, a sigmoid of many parts, the update. Each link waits for the one before,
 * and what the processor could do meanwhile stands too far behind in the program. So two pairs are taken at a time:
 *
 *   negatives   the dots of the coming pair's negatives, which wait for nothing
 *   target      row_0 += g_0 A and, right behind it, the dot of the coming target: pairs of a centre have the same
 *   sigmoid     of the coming pair; between its parts the other rows and A are updated, and noise is drawn
 *
 * The coming pair may have no other row that this one changes (w2v_worker.follows), so that it reads what it would have read
 * in its turn. Else the one is scored when the other has been taken.
 */
#if W2V_OVERLAPS

/*
 * Update row 0, write what it adds to hidden to `error`, and return the lanes of the dot of the coming row 0, which may be
 * the same, with the coming hidden.
 */
W2V_INLINE w2v_vec w2v_update_target(int64_t extent, float *row_0, w2v_vec g_0, const float *hidden, float *error,
                                     const float *coming_row_0, const float *coming_hidden)
{
    const int is_same = row_0 == coming_row_0; /* what is in a register need not come from memory again */
    w2v_vec dot = w2v_all(-0.0f); /* -0 + x is x, of whatever sign a zero has: as w2v_dots begins */
#pragma GCC unroll 2
    for (int64_t at = 0; at < extent; at += W2V_BLOCK) {
        const w2v_vec row = w2v_load(row_0 + at);
        const w2v_vec updated = row + g_0 * w2v_load(hidden + at);
        w2v_store(error + at, w2v_all(0.0f) + g_0 * row);
        w2v_store(row_0 + at, updated);
        dot += w2v_load(coming_hidden + at) * (is_same ? updated : w2v_load(coming_row_0 + at));
    }
    return dot;
}

/* Take a pair whose gradients are in worker->pair_g, and put those of the next one there. count: a constant. */
W2V_INLINE void w2v_take_and_score_next(w2v_worker *worker, const w2v_plan *plan, const w2v_plan *next, int count)
{
    const int64_t extent = worker->extent;
    float *rows[W2V_GROUP], *next_rows[W2V_GROUP];
    w2v_vec g[W2V_GROUP], lanes[W2V_GROUP][W2V_PARTS];
    w2v_load_rows(plan, count, rows);
    w2v_load_rows(next, count, next_rows);
    const int sooner = count / 3; /* of the coming rows are asked for along with these dots, the others with the update */
    const w2v_asked last_rows = w2v_coming_rows(worker, count - sooner, sooner, 0);
    w2v_lanes_of_dots(1, count, extent, next->input, next_rows, lanes, &last_rows);
    w2v_in_all_lanes(count, worker->pair_g, g);
    lanes[0][0] = w2v_update_target(extent, rows[0], g[0], plan->input, worker->error, next_rows[0], next->input);
    const w2v_sums x = w2v_reduce(lanes);
    w2v_draws noise = w2v_coming_noise(worker, count - 1);
    w2v_update_in_blocks update = {.count = count, .extent = extent, .hidden = plan->input, .error = worker->error,
                                   .rows = rows, .g = g,
                                   .asked = w2v_coming_rows(worker, 0, count - sooner, 1)};
    w2v_gradients_meanwhile(x, w2v_negative_labels, worker->tokens[next->center].alpha, worker->pair_g,
                            (w2v_meanwhile){.draws = &noise, .update = &update});
    for (int64_t at = W2V_SIGMOID_PARTS * W2V_BLOCK; at < extent; at += W2V_BLOCK)
        w2v_update_block(&update, at);
    w2v_count_loss(worker, x, count);
}

/* Put the gradients of a pair in worker->pair_g. count: a constant. */
W2V_INLINE void w2v_score_planned(w2v_worker *worker, const w2v_plan *plan, int count, w2v_meanwhile work)
{
    float *rows[W2V_GROUP];
    w2v_load_rows(plan, count, rows);
    const w2v_sums x = w2v_dots(count, worker->extent, plan->input, rows);
    w2v_gradients_meanwhile(x, w2v_negative_labels, worker->tokens[plan->center].alpha, worker->pair_g, work);
    w2v_count_loss(worker, x, count);
}

/* Take a pair whose gradients are in worker->pair_g. count: a constant. */
W2V_INLINE void w2v_update_planned(w2v_worker *worker, const w2v_plan *plan, int count)
{
    float *rows[W2V_GROUP];
    w2v_load_rows(plan, count, rows);
    w2v_update_step(worker, count, rows, worker->pair_g, plan->input, plan->input, W2V_ADD_TO_HIDDEN, 1);
}

/* The same, and then put those of the next pair there. count: a constant. */
W2V_INLINE void w2v_take_then_score(w2v_worker *worker, const w2v_plan *plan, const w2v_plan *next, int count)
{
    w2v_update_planned(worker, plan, count);
    w2v_draws noise = w2v_coming_noise(worker, count - 1);
    w2v_score_planned(worker, next, count, (w2v_meanwhile){.draws = &noise});
}

W2V_NOINLINE void w2v_score_alone(w2v_worker *worker, const w2v_plan *plan)
{
    W2V_BY_COUNT(worker->model->negative + 1, w2v_score_planned(worker, plan, n, (w2v_meanwhile){0}))
}

W2V_NOINLINE void w2v_update_alone(w2v_worker *worker, const w2v_plan *plan)
{
    w2v_draw_coming_noise(worker);
    W2V_BY_COUNT(worker->model->negative + 1, w2v_update_planned(worker, plan, n))
}

W2V_NOINLINE void w2v_take_then_score_next(w2v_worker *worker, const w2v_plan *plan, const w2v_plan *next)
{
    W2V_BY_COUNT(worker->model->negative + 1, w2v_take_then_score(worker, plan, next, n))
}

/* Take a pair that neither was scored nor has another one scored. */
W2V_NOINLINE void w2v_sg_take_alone(w2v_worker *worker, const w2v_plan *plan)
{
    w2v_sg_take(worker, plan);
}

/* Take a planned pair. */
W2V_INLINE void w2v_sg_take_overlapping(w2v_worker *worker, const w2v_plan *plan)
{
    const uint64_t coming = (uint64_t)(worker->step + 1) % W2V_PLANS;
    const w2v_plan *const next = &worker->plans[coming];
    const int has_next = worker->step + 1 < worker->planned;
    if (W2V_LIKELY(has_next && worker->follows[coming])) {
        if (W2V_UNLIKELY(!worker->scored))
            w2v_score_alone(worker, plan);
        W2V_BY_COUNT(worker->model->negative + 1, w2v_take_and_score_next(worker, plan, next, n))
        worker->scored = 1;
    } else if (has_next && worker->scored && worker->distinct[coming]) {
        w2v_take_then_score_next(worker, plan, next);
    } else {
        if (worker->scored)
            w2v_update_alone(worker, plan);
        else
            w2v_sg_take_alone(worker, plan);
        worker->scored = 0;
    }
}
#endif
