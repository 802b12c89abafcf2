/*
 * late_update.c - CBOW with negative sampling, where the output rows of a step are updated during the next step's sigmoid.
 *
 * What a step adds to its context the next one needs at once; of its output rows it mostly needs none. So these wait until
 * there is nothing else to do:
 *
 *   dots      of this step's rows with the projection
 *   sigmoid   between its parts the rows of the step before are updated, and noise is drawn
 *   error     of this step; its rows stay as they are
 *
 * The two steps may share no row (w2v_worker.follows). Else that update comes before the dots.
 */
#if W2V_OVERLAPS

/* Write the rows and the gradients of the step before. count: a constant. */
W2V_INLINE void w2v_load_late(const w2v_worker *worker, int count, float **rows, w2v_vec *g)
{
    w2v_load_rows(w2v_plan_of(worker, worker->step - 1), count, rows);
    w2v_in_all_lanes(count, worker->pair_g, g);
}

W2V_INLINE void w2v_update_late_rows(w2v_worker *worker, int count)
{
    float *rows[W2V_GROUP];
    w2v_vec g[W2V_GROUP];
    w2v_load_late(worker, count, rows, g);
    const w2v_late_update late = {.count = count, .hidden = worker->late_hidden, .rows = rows, .g = g};
    for (int64_t at = 0; at < worker->extent; at += W2V_BLOCK)
        w2v_update_late_block(&late, at);
}

/* Update the rows of the step before, if that is still to be done. */
W2V_NOINLINE void w2v_catch_up(w2v_worker *worker)
{
    if (worker->is_late)
        W2V_BY_COUNT(worker->model->negative + 1, w2v_update_late_rows(worker, n))
    worker->is_late = 0;
}

/* Write the error of a step whose gradients are in worker->pair_g, and ask for what is in `asked`. count: a constant. */
W2V_INLINE void w2v_error_of_step(w2v_worker *worker, int count, float *const *rows, const w2v_asked *asked)
{
    w2v_vec g[W2V_GROUP];
    w2v_in_all_lanes(count, worker->pair_g, g);
    for (int64_t at = 0; at < worker->extent; at += W2V_BLOCK) {
        w2v_ask_on_the_way(asked, at);
        w2v_store(worker->error + at, w2v_update(count, at, w2v_all(0.0f), rows, g, w2v_all(0.0f), 0));
    }
}

/* Write the error of a step, and have its rows updated later. count, is_late: constants. */
W2V_INLINE void w2v_take_late(w2v_worker *worker, const w2v_plan *plan, int count, int is_late)
{
    float *rows[W2V_GROUP], *late_rows[W2V_GROUP];
    w2v_vec g[W2V_GROUP];
    w2v_load_rows(plan, count, rows);
    const w2v_sums x = w2v_dots(count, worker->extent, worker->hidden, rows);
    const int sooner = is_late ? count / 2 : 0; /* of the coming rows are asked for during the sigmoid */
    w2v_draws noise = w2v_coming_noise(worker, count - 1);
    w2v_late_update late = {.count = count, .extent = worker->extent, .hidden = worker->late_hidden, .rows = late_rows,
                            .g = g, .asked = w2v_coming_rows(worker, 0, sooner, 1)};
    if (is_late)
        w2v_load_late(worker, count, late_rows, g);
    w2v_gradients_meanwhile(x, w2v_negative_labels, worker->tokens[plan->center].alpha, worker->pair_g,
                            (w2v_meanwhile){.draws = &noise, .late = is_late ? &late : NULL});
    if (is_late)
        for (int64_t at = W2V_SIGMOID_PARTS * W2V_BLOCK; at < worker->extent; at += W2V_BLOCK)
            w2v_update_late_block(&late, at);
    w2v_count_loss(worker, x, count);
    const w2v_asked others = w2v_coming_rows(worker, sooner, count - sooner, !is_late);
    w2v_error_of_step(worker, count, rows, &others);
}

W2V_NOINLINE void w2v_take_late_alone(w2v_worker *worker, const w2v_plan *plan)
{
    W2V_BY_COUNT(worker->model->negative + 1, w2v_take_late(worker, plan, n, 0))
}

/* Write the error of a step of which all rows differ to worker->error; its projection is in worker->hidden. */
W2V_INLINE void w2v_error_first(w2v_worker *worker, const w2v_plan *plan)
{
    float *const hidden = worker->hidden;
    if (W2V_UNLIKELY(!worker->follows[(uint64_t)worker->step % W2V_PLANS]))
        w2v_catch_up(worker);
    if (W2V_LIKELY(worker->is_late))
        W2V_BY_COUNT(worker->model->negative + 1, w2v_take_late(worker, plan, n, 1))
    else
        w2v_take_late_alone(worker, plan);
    worker->hidden = worker->late_hidden;
    worker->late_hidden = hidden;
    worker->is_late = 1;
}
#endif
