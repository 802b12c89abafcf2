/*
 * block_settle.c - what becomes of the contributions that a tile keeps to itself.
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

/*
 * List positions first .. last - 1, `kind` (W2V_LONE_*) of whose rows is lone, and the others: without branches, which would
 * depend on the words. Returns how many are lone.
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

/* Settle the input rows of a tile of skip-gram: lone ones take their steps, and what others get is added up. */
static void w2v_settle_inputs(const w2v_tile_task *task, const w2v_tile *tile)
{
    const w2v_blocks *all = task->all;
    const w2v_block *block = task->block;
    int64_t lone[W2V_MOST_TILE], others[W2V_MOST_TILE];
    const int64_t first = tile->first;
    const int64_t lone_count = w2v_tell_lone(block, W2V_LONE_INPUT, first, first + tile->count, lone, others);
    for (int64_t k = 0; k < lone_count; k++) {
        const int64_t i = lone[k];
        w2v_step_lone(task, w2v_input_step(all, block, block->word_ids[i], (int64_t)block->left[i] + block->right[i]),
                      tile->to_rows[i - first]);
    }
    if (!all->adds_up)
        return;
    for (int64_t k = 0; k < tile->count - lone_count; k++)
        w2v_add_up(task, all->to_inputs, others[k], tile->to_rows[others[k] - first]);
}

/* The same for the output rows of the positions before `end`, which no window of the task reads any more. */
static void w2v_settle_outputs(w2v_tile_task *task, int64_t end)
{
    const w2v_blocks *all = task->all;
    const w2v_block *block = task->block;
    float *const *const to_outputs = task->scratch->to_outputs;
    while (task->settled < end) {
        int64_t lone[W2V_MOST_TILE], others[W2V_MOST_TILE];
        const int64_t first = task->settled, last = end - first < W2V_MOST_TILE ? end : first + W2V_MOST_TILE;
        const int64_t lone_count = w2v_tell_lone(block, W2V_LONE_OUTPUT, first, last, lone, others);
        for (int64_t k = 0; k < lone_count; k++) {
            const int64_t i = lone[k];
            w2v_step_lone(task, w2v_output_step(all, block, block->word_ids[i], w2v_targets_of(all, block, i), 0),
                          to_outputs[i - task->first]);
        }
        for (int64_t k = 0; all->adds_up && k < last - first - lone_count; k++)
            w2v_add_up(task, all->to_outputs, others[k], to_outputs[others[k] - task->first]);
        task->settled = last;
    }
}

/* Settle what a tile was the last to read, or to add to. */
static void w2v_settle_tile(w2v_tile_task *task, const w2v_tile *tile)
{
    const w2v_blocks *all = task->all;
    const w2v_block *block = task->block;
    const int64_t draws = all->rule->draws, last = tile->first + tile->count;
    if (all->model->sg)
        w2v_settle_inputs(task, tile);
    for (int64_t k = 0; k < tile->lone_noise_count; k++) {
        const int64_t p = tile->lone_noise[k], word_id = block->noise[tile->number * draws + p];
        w2v_step_lone(task, w2v_output_step(all, block, word_id, 0, block->weights[tile->number]), tile->to_noise[p]);
    }
    w2v_settle_outputs(task, last == task->end || !all->model->sg ? last : last - all->reach);
}
