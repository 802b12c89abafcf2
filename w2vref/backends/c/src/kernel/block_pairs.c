/*
 * block_pairs.c - the pairs of skip-gram in a block: g, and what they add to dA of the centre and to dO of its neighbours.
 *
 * All pairs of a centre are taken at once. A pair with a position of another task is taken by both: one adds to the
 * input row, the other to the output row.
 */

/* The pairs of a centre with up to W2V_GROUP neighbours. */
typedef struct {
    int64_t center;     /* i */
    const float *input; /* A_i */
    float *to_input;    /* dA_i */
    float *outputs[W2V_GROUP];
    float *to_outputs[W2V_GROUP];
    int from_zero;  /* to_input begins here */
    w2v_tile *tile; /* whose early noise words are scored meanwhile; NULL: none */
} w2v_pairs;

/* to_input += g_k O_k, to_outputs[k] += g_k A for all k. count, with_noise: constants. */
W2V_INLINE void w2v_take_pairs(w2v_tile_task *task, const w2v_pairs *pairs, int count, int counts_loss, int with_noise)
{
    const int64_t extent = task->extent;
    float g[W2V_GROUP] __attribute__((aligned(32)));
    static const float ones[W2V_GROUP] __attribute__((aligned(32))) = {1, 1, 1, 1, 1, 1, 1, 1};
    const w2v_sums x = w2v_dots(count, extent, pairs->input, pairs->outputs);
    if (with_noise)
        w2v_gradients_and_noise(task, pairs->tile, pairs->center, pairs->input, x, ones, g);
    else
        w2v_gradients(x, ones, task->block->alpha, g);
    if (W2V_UNLIKELY(counts_loss))
        task->loss += w2v_group_loss(x, ones, count);
    /* Pointers of its own: the compiler must think that a store may change those of *pairs. */
    const float *const input = pairs->input;
    float *const to_input = pairs->to_input;
    float *outputs[W2V_GROUP], *to_outputs[W2V_GROUP];
    w2v_vec all_g[W2V_GROUP];
#pragma GCC unroll 8
    for (int k = 0; k < count; k++) {
        outputs[k] = pairs->outputs[k];
        to_outputs[k] = pairs->to_outputs[k];
        all_g[k] = w2v_all(g[k]);
    }
    const int from_zero = pairs->from_zero;
    for (int64_t at = 0; at < extent; at += W2V_WIDTH) {
        const w2v_vec a = w2v_load(input + at);
        w2v_vec sum = from_zero ? w2v_all(0.0f) : w2v_load(to_input + at);
#pragma GCC unroll 8
        for (int k = 0; k < count; k++) {
            sum += all_g[k] * w2v_load(outputs[k] + at);
            w2v_store(to_outputs[k] + at, w2v_load(to_outputs[k] + at) + all_g[k] * a);
        }
        w2v_store(to_input + at, sum);
    }
}

W2V_NOINLINE void w2v_take_pairs_alone(w2v_tile_task *task, const w2v_pairs *pairs, int64_t count, int counts_loss)
{
    W2V_BY_COUNT(count, w2v_take_pairs(task, pairs, n, counts_loss, 0))
}

W2V_NOINLINE void w2v_take_pairs_and_noise(w2v_tile_task *task, const w2v_pairs *pairs, int64_t count, int counts_loss)
{
    W2V_BY_COUNT(count, w2v_take_pairs(task, pairs, n, counts_loss, 1))
}

/* Take gathered pairs; the next of the same centre go on. */
static void w2v_take_gathered(w2v_tile_task *task, w2v_pairs *pairs, int64_t count, int counts_loss)
{
    if (pairs->tile)
        w2v_take_pairs_and_noise(task, pairs, count, counts_loss);
    else
        w2v_take_pairs_alone(task, pairs, count, counts_loss);
    pairs->from_zero = 0;
    pairs->tile = NULL;
}

/*
 * Take the pairs (i, j), first <= j <= last, j != i, of a centre of `tile`: write what they add to dA_i, and the dots of A_i
 * with the early noise words. Of a centre of another task (tile is NULL) they only add to output rows.
 */
static void w2v_take_center(w2v_tile_task *task, w2v_tile *tile, int64_t i, int64_t first, int64_t last)
{
    const w2v_block_scratch *scratch = task->scratch;
    const int64_t start = task->first;
    const int counts_loss = tile && task->all->run->compute_loss;
    for (; task->cleared <= last && task->cleared < task->end; task->cleared++)
        w2v_clear(scratch->to_outputs[task->cleared - start], task->extent);
    w2v_pairs pairs;
    pairs.center = i;
    pairs.input = scratch->input_rows[i - start];
    pairs.to_input = tile ? tile->to_rows[i - tile->first] : scratch->ignored;
    pairs.from_zero = 1;
    pairs.tile = tile && tile->early ? tile : NULL;
    if (first == last) { /* no pair */
        w2v_clear(pairs.to_input, task->extent);
        if (tile)
            w2v_no_early_noise(tile, i);
    }
    int64_t count = 0;
    for (int64_t j = first; j <= last; j++) {
        pairs.outputs[count] = scratch->output_rows[j - start];
        pairs.to_outputs[count] = scratch->to_outputs[j - start];
        count += j != i;
        if (count == W2V_GROUP) {
            w2v_take_gathered(task, &pairs, count, counts_loss);
            count = 0;
        }
    }
    if (count)
        w2v_take_gathered(task, &pairs, count, counts_loss);
}

/* The centres of other tasks whose windows reach into this one: only those of one side at a time. */
static void w2v_take_neighbours(w2v_tile_task *task, int64_t from, int64_t to)
{
    const w2v_block *block = task->block;
    for (int64_t i = from; i < to; i++) {
        const int64_t first = i - block->left[i] > task->begin ? i - block->left[i] : task->begin;
        const int64_t last = i + block->right[i] < task->end ? i + block->right[i] : task->end - 1;
        if (first <= last)
            w2v_take_center(task, NULL, i, first, last);
    }
}
