/*
 * block_apply.c - the steps of a block's rows that its tiles have not taken.
 */

/* Take the step of a row whose contributions, but those added up already, are `first` + stride * the lower half of each entry. */
static void w2v_step_row(int64_t extent, int64_t stride, w2v_step *step, const uint64_t *entries, int64_t count,
                         float *first)
{
    float *contributions[W2V_GROUP];
    if (count == 0)
        w2v_finish_step(0, extent, step, NULL);
    while (count > 0) {
        const int64_t group = count < W2V_GROUP ? count : W2V_GROUP;
        for (int64_t k = 0; k < group; k++)
            contributions[k] = first + (int64_t)(uint32_t)entries[k] * stride;
        entries += group;
        count -= group;
        if (count == 0) {
            W2V_BY_COUNT(group, w2v_finish_step(n, extent, step, contributions))
        } else {
            w2v_add_rows(extent, step->sum, group, contributions, step->from_zero);
            step->from_zero = 0;
        }
    }
}

/* CBOW: sum up dA of those of a word's positions that windows of two tasks have. */
static void w2v_sum_crossing_errors(const w2v_blocks *all, const w2v_block *block, const uint64_t *entries, int64_t positions,
                                    const w2v_block_scratch *scratch)
{
    for (int64_t k = 0; k < positions; k++) {
        const int64_t j = (uint32_t)entries[k];
        if (block->lone[j] & W2V_CROSSES)
            w2v_sum_errors(all, block, j, all->errors, -1, scratch->neighbours[0], all->to_inputs + j * all->model->stride);
    }
}

/* Take the steps of one word's rows. entries[0 .. positions) are its positions, up to `count` its noise. */
static void w2v_apply_word(const w2v_blocks *all, const w2v_block *block, const uint64_t *entries,
                           int64_t positions, int64_t count, const w2v_block_scratch *scratch)
{
    const w2v_model *model = all->model;
    const int64_t extent = w2v_extent(model->size), stride = model->stride, n = block->n, draws = all->rule->draws;
    const int64_t word_id = (int64_t)(entries[0] >> 32);
    const int lone = block->lone[(uint32_t)entries[0]];
    int64_t pairs = 0, targets = 0, noise = 0;
    for (int64_t k = 0; k < positions; k++) {
        const int64_t i = (uint32_t)entries[k];
        pairs += w2v_pairs_of(all, block, i);
        targets += w2v_targets_of(all, block, i);
    }
    for (int64_t k = positions; k < count; k++)
        noise += block->weights[((int64_t)(uint32_t)entries[k] - n) / draws];
    /* What positions add has been added up, or has not. */
    const int64_t added = all->adds_up ? positions : 0, sum = added ? w2v_sum_of(block, (uint32_t)entries[0]) : 0;
    if (positions && !(lone & W2V_LONE_INPUT)) {
        w2v_step step = w2v_input_step(all, block, word_id, pairs);
        step.sum = added ? all->to_inputs + sum * stride : scratch->row;
        step.from_zero = !added;
        if (!model->sg && !added)
            w2v_sum_crossing_errors(all, block, entries, positions, scratch);
        w2v_step_row(extent, stride, &step, entries + added, positions - added, all->to_inputs);
    }
    if (!(lone & W2V_LONE_OUTPUT)) {
        w2v_step step = w2v_output_step(all, block, word_id, targets, noise);
        step.sum = added ? all->to_outputs + sum * stride : scratch->row;
        step.from_zero = !added;
        w2v_step_row(extent, stride, &step, entries + added, count - added, all->to_outputs);
    }
}

/* Entries ahead at which what an entry needs is asked for. */
#define W2V_ENTRIES_AHEAD 16

/*
 * Contributions come into the second-level cache, which can wait for more lines at once: another worker may have
 * written them. Rows come as lines to be written: another worker may have read them.
 */
W2V_INLINE void w2v_ask_for_entry(const w2v_blocks *all, const w2v_block *block, int64_t place)
{
    const int64_t stride = all->model->stride, i = (uint32_t)block->entries[place];
    const int64_t word_id = (int64_t)(block->entries[place] >> 32);
    const int begins = place == 0 || (int64_t)(block->entries[place - 1] >> 32) != word_id;
    const int is_added = all->adds_up && i < block->n; /* the first entry of a word asks for the sums */
    const int64_t contribution = is_added ? w2v_sum_of(block, i) : i;
    if (!(block->lone[i] & W2V_LONE_OUTPUT) && (begins || !is_added)) {
        W2V_ASK_FOR_ROW(all->to_outputs + contribution * stride, stride, 0, 2);
        if (begins)
            W2V_ASK_FOR_ROW(w2v_row(all->model->output_vectors, stride, word_id), stride, 1, 3);
    }
    if (i < block->n && !(block->lone[i] & W2V_LONE_INPUT) && (begins || !is_added)) {
        W2V_ASK_FOR_ROW(all->to_inputs + contribution * stride, stride, 0, 2);
        if (begins)
            W2V_ASK_FOR_ROW(w2v_row(all->model->input_vectors, stride, word_id), stride, 1, 3);
    }
}

/* Return the first place at or after `place` at which the entries of a word begin. */
W2V_INLINE int64_t w2v_word_boundary(const w2v_block *block, int64_t place, int64_t count)
{
    while (place > 0 && place < count && block->entries[place] >> 32 == block->entries[place - 1] >> 32)
        place++;
    return place < count ? place : count;
}

/* Take the steps of the words whose entries begin in task number `number`. */
static void w2v_do_block_apply(const w2v_blocks *all, const w2v_block *block, int64_t number,
                               const w2v_block_scratch *scratch)
{
    const int64_t n = block->n, total = block->shared;
    const int64_t end = w2v_word_boundary(block, (number + 1) * W2V_TASK_ENTRIES, total);
    int64_t place = w2v_word_boundary(block, number * W2V_TASK_ENTRIES, total);
    int64_t asked = place;
    while (place < end) {
        const uint64_t word_id = block->entries[place] >> 32;
        int64_t positions = 0, count = 0;
        while (place + count < total && block->entries[place + count] >> 32 == word_id) {
            positions += (int64_t)(uint32_t)block->entries[place + count] < n;
            count++;
        }
        for (; asked < end && asked < place + count + W2V_ENTRIES_AHEAD; asked++)
            w2v_ask_for_entry(all, block, asked);
        w2v_apply_word(all, block, block->entries + place, positions, count, scratch);
        place += count;
    }
}
