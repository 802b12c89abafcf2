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
    w2v_projection projection = {.hidden = worker->hidden, .extent = worker->extent, .alpha = token->alpha,
                                 .compute_loss = worker->run->compute_loss};
    w2v_score_path(path, &projection, w2v_overlaps(path));
    worker->loss += projection.loss;
    if (worker->run->workers > 1) /* another may have written last what will be written here */
        w2v_ask_for_path(worker);
    w2v_look_ahead(worker, plan->center);
    w2v_path_pair pair = {.extent = worker->extent, .hidden = worker->hidden, .next = NULL, .error = worker->error,
                          .input = NULL, .asked = NULL};
    w2v_update_path(worker, path, &pair, token->alpha);
    w2v_cbow_scatter(worker->model, worker->extent, worker->context_rows, context_count, worker->error, 1);
}
