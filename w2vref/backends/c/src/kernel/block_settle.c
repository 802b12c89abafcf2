/*
 * block_settle.c - what becomes of the contributions that a tile keeps to itself.
 *
 * What positions of CBOW add is summed up first, from the errors of the windows that have them, once the last of these is
 * taken; where some of them are another task's, block_apply.c does it.
 *
 * Lone rows take their steps, once all that reads them is done. Where one task takes all tiles of a block, what positions add
 * to other rows is added up, word by word, in the order of the positions: few sums, which the cache holds, instead of
 * two rows for each position, which it does not. Noise comes last in a sum, and is added by block_apply.c.
 */

/* Take the step of a lone row, which has one contribution. */
W2V_INLINE void w2v_step_lone(const w2v_tile_task *task, w2v_step step, float *contribution)
{
    w2v_finish_step(1, task->extent, &step, &contribution);
}

/* Add a contribution of position i to what its word's row gets; the first position begins the sum. sums: of all words. */
W2V_INLINE void w2v_add_up(const w2v_tile_task *task, float *sums, int64_t i, const float *contribution)
{
    const int begins = task->block->sums[i] < 0;
    float *const sum = sums + w2v_sum_of(task->block, i) * task->stride;
    const float *const start = begins ? task->scratch->zeros : sum;
    for (int64_t at = 0; at < task->extent; at += W2V_WIDTH)
        w2v_store(sum + at, w2v_load(start + at) + w2v_load(contribution + at));
}

_Static_assert(W2V_MOST_TILE <= W2V_MOST_DRAWS, "lists of a tile have W2V_MOST_DRAWS places");

/*
 * List entries first .. last - 1, at most W2V_MOST_DRAWS, `kind` (W2V_LONE_*) of whose rows is lone, and the others: without
 * branches, which would depend on the words. Returns how many are lone.
 */
W2V_INLINE int64_t w2v_tell_lone(const w2v_block *block, int kind, int64_t first, int64_t last, int64_t *lone,
                                 int64_t *others)
{
    int64_t count = 0;
    for (int64_t i = first; i < last; i++) {
        lone[count] = i;
        others[i - first - count] = i;
        count += (block->lone[i] & kind) != 0;
    }
    return count;
}

/*
 * Settle what positions first .. last - 1 add to their rows of one kind, W2V_LONE_INPUT or W2V_LONE_OUTPUT, a constant:
 * lone ones take their steps, and what others get is added up, if tiles do. contributions: (last - first,).
 */
W2V_INLINE void w2v_settle_positions(const w2v_tile_task *task, int kind, int64_t first, int64_t last,
                                     float *const *contributions)
{
    const w2v_blocks *all = task->all;
    const w2v_block *block = task->block;
    const int is_input = kind == W2V_LONE_INPUT;
    int64_t lone[W2V_MOST_DRAWS], others[W2V_MOST_DRAWS];
    const int64_t lone_count = w2v_tell_lone(block, kind, first, last, lone, others);
    for (int64_t k = 0; k < lone_count; k++) {
        const int64_t i = lone[k], word_id = block->word_ids[i];
        w2v_step_lone(task,
                      is_input ? w2v_input_step(all, block, word_id, w2v_pairs_of(all, block, i))
                               : w2v_output_step(all, block, word_id, w2v_targets_of(all, block, i), 0),
                      contributions[i - first]);
    }
    if (!all->adds_up)
        return;
    for (int64_t k = 0; k < last - first - lone_count; k++)
        w2v_add_up(task, is_input ? all->to_inputs : all->to_outputs, others[k], contributions[others[k] - first]);
}

/* Settle the output rows of the positions before `end`, which no window of the task reads any more. */
static void w2v_settle_outputs(w2v_tile_task *task, int64_t end)
{
    while (task->settled < end) {
        const int64_t first = task->settled, last = end - first < W2V_MOST_DRAWS ? end : first + W2V_MOST_DRAWS;
        w2v_settle_positions(task, W2V_LONE_OUTPUT, first, last, task->scratch->to_outputs + (first - task->first));
        task->settled = last;
    }
}

/* CBOW: sum up dA of the positions before `end`, all of whose windows have been taken, and settle it. */
static void w2v_settle_contexts(w2v_tile_task *task, int64_t end)
{
    const int64_t most = task->all->rule->tile;
    float *to_inputs[W2V_MOST_TILE];
    while (task->settled_inputs < end) {
        const int64_t first = task->settled_inputs, last = end - first < most ? end : first + most;
        for (int64_t j = first; j < last; j++) {
            to_inputs[j - first] = w2v_to_input(task, j, j - first);
            w2v_sum_errors(task->all, task->block, j, task->errors, task->errors_mask, task->scratch->neighbours[0],
                           to_inputs[j - first]);
        }
        w2v_settle_positions(task, W2V_LONE_INPUT, first, last, to_inputs);
        task->settled_inputs = last;
    }
}

/* The lone noise words of a tile take their steps. */
static void w2v_settle_noise(const w2v_tile_task *task, const w2v_tile *tile)
{
    const w2v_block *block = task->block;
    const int64_t n = block->n, draws = task->all->rule->draws, first = n + tile->number * draws;
    int64_t lone[W2V_MOST_DRAWS], others[W2V_MOST_DRAWS];
    const int64_t lone_count = w2v_tell_lone(block, W2V_LONE_OUTPUT, first, first + draws, lone, others);
    for (int64_t k = 0; k < lone_count; k++)
        w2v_step_lone(task, w2v_output_step(task->all, block, block->noise[lone[k] - n], 0, block->weights[tile->number]),
                      tile->to_noise[lone[k] - first]);
}

/* Settle what a tile was the last to read, or to add to. */
static void w2v_settle_tile(w2v_tile_task *task, const w2v_tile *tile)
{
    const int64_t last = tile->first + tile->count, reach = task->all->reach;
    if (task->model->sg) { /* coming centres may have what is left of output rows in their windows */
        w2v_settle_positions(task, W2V_LONE_INPUT, tile->first, last, tile->to_rows);
        w2v_settle_outputs(task, last == task->end ? last : last - reach);
    } else { /* the windows of coming centres, of the next task as well, may have what is left of input rows */
        w2v_settle_contexts(task, last == task->block->n ? last : last - reach);
        w2v_settle_outputs(task, last);
    }
    w2v_settle_noise(task, tile);
}
