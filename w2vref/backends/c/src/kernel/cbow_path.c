/*
 * cbow_path.c - CBOW with hierarchical softmax.
 *
 * A step is one chain: the projection, the dots with the nodes of the path, the sigmoids, the update, whose error the
 * context gets, and of that the next projection is made. What does not wait for it (the lists of path and context, what is
 * asked for) stands before the dots or behind the sigmoids: between the two it would hold up the chain.
 */

/* Take a planned step of a model with hierarchical softmax alone and no locks. */
static void w2v_cbow_take_path(w2v_worker *worker, const w2v_plan *plan)
{
    const w2v_token *const token = &worker->tokens[plan->center];
    w2v_path *const path = &worker->path;
    w2v_gather_path(worker, path, token->word_id);
    const int64_t context_count = w2v_gather_context(worker, plan);
    w2v_project(worker->model, worker->extent, worker->context_rows, context_count, worker->hidden);
    w2v_projection projection = {.hidden = worker->hidden, .extent = worker->extent,
                                 .compute_loss = worker->run->compute_loss};
    w2v_take_dots(path, &projection);
    worker->loss += projection.loss;
    const int overlaps = W2V_OVERLAPS && path->groups > 1;
    w2v_settle_groups(path, path->groups - overlaps, token->alpha);
    if (worker->run->workers > 1) /* another may have written last what will be written here */
        w2v_ask_for_path(worker);
    w2v_look_ahead(worker, plan->center);
    w2v_path_pair pair = {.extent = worker->extent, .hidden = worker->hidden, .next = NULL, .error = worker->error,
                          .input = NULL, .asked = NULL};
    if (W2V_OVERLAPS && !overlaps)
        w2v_clear(worker->error, worker->extent);
    for (int64_t group = 0; group < path->groups; group++) {
        float *const *const rows = path->rows + group * W2V_GROUP;
        const float *const g = path->g + group * W2V_GROUP;
        pair.asked = w2v_next_coming_row(worker);
        if (group == 0 && (overlaps || !W2V_OVERLAPS))
            w2v_update_first(&pair, path->counts[0], rows, g, w2v_pending_group(path, path->groups - 1, token->alpha));
        else
            w2v_update_more(&pair, path->counts[group], rows, g);
    }
    w2v_cbow_scatter(worker->model, worker->extent, worker->context_rows, context_count, worker->error, 1);
}
