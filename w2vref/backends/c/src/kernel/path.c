/*
 * path.c - skip-gram with hierarchical softmax: the pairs of a centre, which share its Huffman path.
 *
 *   score      x_i = A_k . row_i; only for the first pair of a centre
 *   update     A_k += the sum of g_i row_i;  row_i += g_i A_k, and in the same pass x_i = A_(k+1) . row_i
 *
 * Pair k + 1 needs the rows as pair k leaves them. A row that has just been updated is still in a register: the
 * dots of the coming pair cost no pass of their own. Where a block is one vector (W2V_OVERLAPS), the groups of a
 * path follow each other in a ring: while one is updated and scored, the sigmoid of the group before it is taken,
 *
 *   update 0 and the last sigmoid of this pair,  update 1 and sigmoid 0 of the next pair,  update 2 and sigmoid 1,  ..
 *
 * so that no update waits for the sigmoid that it needs, and no sigmoid stands in the way of an update. Therefore there
 * are two groups at least, and none is much shorter than another. The steps are those of w2v_train_objectives, in the
 * same order, so the bits are the same.
 */

/* Take a pair whose path has been scored, and score the next one, of the same centre, on the way. */
W2V_INLINE void w2v_update_and_score_path(w2v_worker *worker, const w2v_path *path, w2v_path_pair *pair, float alpha)
{
    const int64_t last = path->groups - 1;
    const int compute_loss = worker->run->compute_loss;
    float *const input = pair->input;
    pair->input = NULL;
    for (int64_t group = 0; group <= last; group++) { /* the gradients of a group give way to its coming dots */
        float *const *const rows = path->rows + group * W2V_GROUP;
        float *const g = path->g + group * W2V_GROUP;
        const w2v_pending pending = w2v_pending_group(path, group ? group - 1 : last, alpha);
        pair->asked = w2v_next_coming_row(worker);
        if (group == last)
            pair->input = input;
        const w2v_sums x = group ? w2v_update_and_score_more(pair, path->counts[group], rows, g, pending)
                                 : w2v_update_and_score_first(pair, path->counts[group], rows, g, pending);
        w2v_store_sums(g, x);
        if (W2V_UNLIKELY(compute_loss))
            worker->loss += w2v_group_loss(x, path->labels + group * W2V_GROUP, path->counts[group]);
    }
#if !W2V_OVERLAPS
    w2v_settle_groups(path, path->groups, alpha);
#endif
}

/* Take a pair of a model with hierarchical softmax alone and no locks. */
static void w2v_sg_take_path(w2v_worker *worker, const w2v_plan *plan)
{
    const w2v_plan *const next = worker->step + 1 < worker->planned ? w2v_plan_of(worker, worker->step + 1) : NULL;
    const w2v_token *token = &worker->tokens[plan->center];
    w2v_path *const path = &worker->path;
    if (!worker->scored) {
        w2v_gather_path(worker, path, token->word_id);
        if (W2V_OVERLAPS && W2V_UNLIKELY(!w2v_overlaps(path))) {
            w2v_sg_take_any(worker, plan); /* a path of one node */
            return;
        }
        w2v_projection projection = {.hidden = plan->input, .extent = worker->extent, .alpha = token->alpha,
                                     .compute_loss = worker->run->compute_loss};
        w2v_score_path(path, &projection, w2v_overlaps(path));
        worker->loss += projection.loss;
        w2v_look_ahead(worker, plan->center);
    }
    worker->scored = next && next->center == plan->center && next->input != plan->input;
    w2v_path_pair pair = {.extent = worker->extent, .hidden = plan->input, .next = worker->scored ? next->input : NULL,
                          .error = worker->error, .input = plan->input, .asked = NULL};
    if (worker->scored)
        w2v_update_and_score_path(worker, path, &pair, token->alpha);
    else
        w2v_update_path(worker, path, &pair, token->alpha);
}
