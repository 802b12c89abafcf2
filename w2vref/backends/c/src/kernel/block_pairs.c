/*
 * block_pairs.c - the pairs of skip-gram in a block: g, and what they add to dA of the centre and to dO of its neighbours.
 *
 * All pairs of a centre are taken at once. A pair with a position of another task is taken by both: one adds to the
 * input row, the other to the output row.
 */

/* The pairs of a centre with up to W2V_GROUP neighbours. */
typedef struct {
    const float *input; /* A_i */
    float *to_input;    /* dA_i */
    float *outputs[W2V_GROUP];
    float *to_outputs[W2V_GROUP];
    int from_zero; /* to_input begins here */
} w2v_pairs;

/* to_input += g_k O_k, to_outputs[k] += g_k A for all k. */
W2V_INLINE void w2v_take_pairs(w2v_tile_task *task, const w2v_pairs *pairs, int count, int counts_loss)
{
    const int64_t extent = task->extent;
    float g[W2V_GROUP] __attribute__((aligned(32)));
    static const float ones[W2V_GROUP] __attribute__((aligned(32))) = {1, 1, 1, 1, 1, 1, 1, 1};
    const w2v_sums x = w2v_dots(count, extent, pairs->input, pairs->outputs);
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

W2V_NOINLINE void w2v_take_pairs_of(w2v_tile_task *task, const w2v_pairs *pairs, int64_t count, int counts_loss)
{
    W2V_BY_COUNT(count, w2v_take_pairs(task, pairs, n, counts_loss))
}

/*
 * Take the pairs (i, j), first <= j <= last, j != i, and write what they add to dA_i. Of a centre of another task
 * (to_input is NULL) they only add to output rows.
 */
static void w2v_take_center(w2v_tile_task *task, int64_t i, int64_t first, int64_t last, float *to_input)
{
    const w2v_block_scratch *scratch = task->scratch;
    const int64_t start = task->first;
    const int counts_loss = to_input && task->all->run->compute_loss;
    for (; task->cleared <= last && task->cleared < task->end; task->cleared++)
        w2v_clear(scratch->to_outputs[task->cleared - start], task->extent);
    w2v_pairs pairs;
    pairs.input = scratch->input_rows[i - start];
    pairs.to_input = to_input ? to_input : scratch->ignored;
    pairs.from_zero = 1;
    if (first == last)
        w2v_clear(pairs.to_input, task->extent); /* no pair */
    int64_t count = 0;
    for (int64_t j = first; j <= last; j++) {
        pairs.outputs[count] = scratch->output_rows[j - start];
        pairs.to_outputs[count] = scratch->to_outputs[j - start];
        count += j != i;
        if (count == W2V_GROUP) {
            w2v_take_pairs_of(task, &pairs, count, counts_loss);
            pairs.from_zero = 0;
            count = 0;
        }
    }
    if (count)
        w2v_take_pairs_of(task, &pairs, count, counts_loss);
}

/* The centres of other tasks whose windows reach into this one: only those of one side at a time. */
static void w2v_take_neighbours(w2v_tile_task *task, int64_t from, int64_t to)
{
    const w2v_block *block = task->block;
    for (int64_t i = from; i < to; i++) {
        const int64_t first = i - block->left[i] > task->begin ? i - block->left[i] : task->begin;
        const int64_t last = i + block->right[i] < task->end ? i + block->right[i] : task->end - 1;
        if (first <= last)
            w2v_take_center(task, i, first, last, NULL);
    }
}
