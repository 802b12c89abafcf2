/*
 * block_asks.c - the rows that a task asks for before it needs them: those of coming positions, and noise.
 */

/* Positions behind those that a centre reaches, at which the rows of a position are asked for. */
#define W2V_POSITIONS_AHEAD 4

/* Ask for the rows of position i, if they are this task's to read. */
W2V_INLINE void w2v_ask_for_position(const w2v_tile_task *task, int64_t i)
{
    if (i >= task->last)
        return;
    W2V_ASK_FOR_ROW(task->scratch->input_rows[i - task->first], task->stride, 0, 3);
    W2V_ASK_FOR_ROW(task->scratch->output_rows[i - task->first], task->stride, 0, 3);
}

/* Ask for the rows of the position that is that far ahead of what centre i reaches. */
W2V_INLINE void w2v_ask_ahead(const w2v_tile_task *task, int64_t i)
{
    w2v_ask_for_position(task, i + task->all->reach + W2V_POSITIONS_AHEAD);
}

/* The same rows, or those of the last position that a task reads: skip-gram asks for them along with an update. */
typedef struct {
    const float *input, *output;
} w2v_coming_position;

W2V_INLINE w2v_coming_position w2v_position_ahead(const w2v_tile_task *task, int64_t i)
{
    const int64_t ahead = i + task->all->reach + W2V_POSITIONS_AHEAD, last = task->last - 1;
    const int64_t place = (ahead < last ? ahead : last) - task->first;
    return (w2v_coming_position){task->scratch->input_rows[place], task->scratch->output_rows[place]};
}

/* Ask for their sixteen components from `at`. A few lines at a time: more requests than some twenty would stop the processor. */
W2V_INLINE void w2v_ask_for_lines(const w2v_coming_position *coming, int64_t at)
{
    __builtin_prefetch(coming->input + at, 0, 3);
    __builtin_prefetch(coming->output + at, 0, 3);
}

/*
 * After centre i of a tile: ask for those noise rows whose turn it is, of this tile, which is scored next, and the early ones
 * of the next tile, into the second level. No sooner: the first-level cache does not hold what a whole tile needs.
 */
W2V_INLINE void w2v_ask_after(const w2v_tile_task *task, const w2v_tile *tile, int64_t i)
{
    const w2v_block *const block = task->block;
    const int64_t draws = task->all->rule->draws;
    const int64_t left = tile->first + tile->count - 1 - i; /* centres: the last ones ask, just before it is scored */
    for (int64_t p = draws - 1 - left; p >= tile->early; p -= tile->count)
        W2V_ASK_FOR_ROW(tile->noise[p], task->stride, 0, 3);
    if (tile->number + 1 == block->tiles)
        return;
    for (int64_t p = tile->early - 1 - left; p >= 0; p -= tile->count) {
        const int64_t word_id = block->noise[(tile->number + 1) * draws + p];
        const float *const row = w2v_row(task->model->output_vectors, task->stride, word_id);
        W2V_ASK_FOR_ROW(row, task->stride, 0, 2);
    }
}

/* When a tile begins: ask for its early noise rows, which the first centre needs. */
W2V_INLINE void w2v_ask_for_early_noise(const w2v_tile_task *task, const w2v_tile *tile)
{
    for (int64_t p = 0; p < tile->early; p++)
        W2V_ASK_FOR_ROW(tile->noise[p], task->stride, 0, 3);
}
