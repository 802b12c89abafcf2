/*
 * block_pairs.c - the pairs of skip-gram in a block: g, and what they add to dA of the centre and to dO of its neighbours.
 *
 * All pairs of a centre are taken at once. A pair with a position of another task is taken by both: one adds to the
 * input row, the other to the output row.
 *
 *   begin       list the rows of the neighbours, x of the pairs
 *   gradients   g of the pairs; meanwhile the dots of A with the early noise words of the tile
 *   finish      dA and dO
 *
 * No parameter changes meanwhile, so that a tile begins with the next centre before it finishes this one. Behind the
 * gradients the processor has dots to take that do not wait for them, and how many pairs the next centre has, which it cannot
 * guess, it learns in time.
 */

/* The pairs of a centre. */
typedef struct {
    int64_t center, count; /* i, and how many */
    const float *input;    /* A_i */
    float *to_input;       /* dA_i */
    float **outputs, **to_outputs; /* (count,): O and dO of the neighbours */
    float *x;                      /* (count,) padded to a group, 32-byte aligned: the dots, then the gradients */
} w2v_pairs;

static const float w2v_pair_labels[W2V_GROUP] __attribute__((aligned(32))) = {1, 1, 1, 1, 1, 1, 1, 1};

/* Return how many of the pairs from k on are taken together. */
W2V_INLINE int64_t w2v_group_from(const w2v_pairs *pairs, int64_t k)
{
    return pairs->count - k < W2V_GROUP ? pairs->count - k : W2V_GROUP;
}

/* to_input = (0 or) to_input + g_k O_k, to_outputs[k] += g_k A for all k; coming: asked for on the way. count: a constant. */
W2V_INLINE void w2v_update_for_pairs(int count, int64_t extent, const w2v_pairs *pairs, int64_t first,
                                     w2v_coming_position coming)
{
    /* Pointers of its own: the compiler must think that a store may change those of *pairs. */
    const float *const input = pairs->input;
    float *const to_input = pairs->to_input;
    float *outputs[W2V_GROUP], *to_outputs[W2V_GROUP];
    w2v_vec g[W2V_GROUP];
#pragma GCC unroll 8
    for (int k = 0; k < count; k++) {
        outputs[k] = pairs->outputs[first + k];
        to_outputs[k] = pairs->to_outputs[first + k];
        g[k] = w2v_all(pairs->x[first + k]);
    }
    const int from_zero = first == 0;
    for (int64_t at = 0; at < extent; at += W2V_WIDTH) {
        if (at % W2V_BLOCK == 0)
            w2v_ask_for_lines(&coming, at);
        const w2v_vec a = w2v_load(input + at);
        w2v_vec sum = from_zero ? w2v_all(0.0f) : w2v_load(to_input + at);
#pragma GCC unroll 8
        for (int k = 0; k < count; k++) {
            sum += g[k] * w2v_load(outputs[k] + at);
            w2v_store(to_outputs[k] + at, w2v_load(to_outputs[k] + at) + g[k] * a);
        }
        w2v_store(to_input + at, sum);
    }
}

W2V_NOINLINE void w2v_update_for_group(int64_t extent, const w2v_pairs *pairs, int64_t first, int64_t count,
                                       w2v_coming_position coming)
{
    W2V_BY_COUNT(count, w2v_update_for_pairs(n, extent, pairs, first, coming))
}

/* Begin with the pairs (i, j), first <= j <= last, j != i, of a centre. pairs: has its memory already. */
static void w2v_begin_pairs(const w2v_tile_task *task, w2v_pairs *pairs, int64_t i, int64_t first, int64_t last,
                            float *to_input)
{
    const w2v_block_scratch *scratch = task->scratch;
    const int64_t start = task->first;
    pairs->center = i;
    pairs->input = scratch->input_rows[i - start];
    pairs->to_input = to_input;
    pairs->count = w2v_list_window(pairs->outputs, scratch->output_rows + (first - start), first, i, last);
    w2v_list_window(pairs->to_outputs, scratch->to_outputs + (first - start), first, i, last);
    for (int64_t k = 0; k < pairs->count; k += W2V_GROUP)
        w2v_dots_of_rows(task->extent, pairs->input, w2v_group_from(pairs, k), pairs->outputs + k, pairs->x + k);
}

/* From dots to gradients. tile: whose early noise words are scored meanwhile; NULL: none. */
W2V_INLINE void w2v_pair_gradients(const w2v_tile_task *task, const w2v_pairs *pairs, w2v_tile *tile)
{
    const float alpha = task->block->alpha;
    if (tile)
        w2v_gradients_and_noise(task, tile, pairs->center, pairs->input, w2v_load_sums(pairs->x), w2v_pair_labels,
                                pairs->x);
    for (int64_t k = tile ? W2V_GROUP : 0; k < pairs->count; k += W2V_GROUP)
        w2v_gradients(w2v_load_sums(pairs->x + k), w2v_pair_labels, alpha, pairs->x + k);
}

/* Add what the pairs add, whose gradients are there, and ask for a coming position. */
W2V_INLINE void w2v_finish_pairs(int64_t extent, const w2v_pairs *pairs, w2v_coming_position coming)
{
    for (int64_t k = 0; k < pairs->count; k += W2V_GROUP)
        w2v_update_for_group(extent, pairs, k, w2v_group_from(pairs, k), coming);
}

/* Return the loss of pairs whose dots are there. */
W2V_NOINLINE double w2v_add_loss_of_pairs(const w2v_pairs *pairs, double loss)
{
    for (int64_t k = 0; k < pairs->count; k += W2V_GROUP)
        loss += w2v_group_loss(w2v_load_sums(pairs->x + k), w2v_pair_labels, (int)w2v_group_from(pairs, k));
    return loss;
}

/* Have dO of the positions before `end` begin with zero, if they are this task's. */
W2V_INLINE void w2v_clear_outputs(w2v_tile_task *task, int64_t end)
{
    for (; task->cleared < end && task->cleared < task->end; task->cleared++)
        w2v_clear(task->scratch->to_outputs[task->cleared - task->first], task->extent);
}

W2V_INLINE w2v_pairs w2v_memory_for_pairs(const w2v_tile_task *task, int k)
{
    const w2v_block_scratch *scratch = task->scratch;
    return (w2v_pairs){.outputs = scratch->neighbours[k], .to_outputs = scratch->to_neighbours[k], .x = scratch->dots[k]};
}

/*
 * Begin with a centre of a tile. dO is cleared up to where any window of this centre could reach, one more position each time:
 * how far this one does, the processor could not guess.
 */
W2V_INLINE void w2v_begin_center(w2v_tile_task *task, w2v_pairs *pairs, const w2v_tile *tile, int64_t i)
{
    const w2v_block *block = task->block;
    w2v_clear_outputs(task, i + task->all->reach + 1);
    w2v_begin_pairs(task, pairs, i, i - block->left[i], i + block->right[i], tile->to_rows[i - tile->first]);
}

/* Take the pairs of the centres of a tile: write dA, add to dO, and write the dots of A with the early noise words. */
static void w2v_take_centers(w2v_tile_task *task, w2v_tile *tile)
{
    const int64_t first = tile->first, last = tile->first + tile->count - 1;
    w2v_pairs both[2] = {w2v_memory_for_pairs(task, 0), w2v_memory_for_pairs(task, 1)};
    w2v_begin_center(task, &both[0], tile, first);
    for (int64_t i = first; i <= last; i++) {
        w2v_pairs *const pairs = &both[(i - first) % 2], *const next = &both[(i - first + 1) % 2];
        tile->weights[i - first] = (float)pairs->count * task->share;
        if (W2V_UNLIKELY(task->all->run->compute_loss))
            task->loss = w2v_add_loss_of_pairs(pairs, task->loss);
        if (W2V_LIKELY(pairs->count)) {
            w2v_pair_gradients(task, pairs, tile->early ? tile : NULL);
        } else {
            w2v_clear(pairs->to_input, task->extent);
            w2v_no_early_noise(tile, i);
            w2v_ask_ahead(task, i);
        }
        if (i < last)
            w2v_begin_center(task, next, tile, i + 1);
        w2v_finish_pairs(task->extent, pairs, w2v_position_ahead(task, i));
        w2v_ask_after(task, tile, i);
    }
}

/* Take the centres of other tasks whose windows reach into this one: only dO is wanted, of those of one side at a time. */
static void w2v_take_neighbours(w2v_tile_task *task, int64_t from, int64_t to)
{
    const w2v_block *block = task->block;
    w2v_pairs pairs = w2v_memory_for_pairs(task, 0);
    for (int64_t i = from; i < to; i++) {
        const int64_t first = i - block->left[i] > task->begin ? i - block->left[i] : task->begin;
        const int64_t last = i + block->right[i] < task->end ? i + block->right[i] : task->end - 1;
        if (first > last)
            continue;
        w2v_clear_outputs(task, last + 1);
        w2v_begin_pairs(task, &pairs, i, first, last, task->scratch->ignored);
        w2v_pair_gradients(task, &pairs, NULL);
        w2v_finish_pairs(task->extent, &pairs, (w2v_coming_position){pairs.input, pairs.input}); /* at hand */
    }
}
