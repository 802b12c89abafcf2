/*
 * block_steps.c - the one step of a row that a block touches: the capped sum of its contributions.
 *
 * The twin of _apply in w2vref/reference/block.py. Who takes the step: the tile, if nothing else in the block reads
 * the row or adds to it (see w2v_find_lone); otherwise block_apply.c, after all tiles.
 */

/* The step of one row: row += lock * (scale * D), D the sum of its contributions. */
typedef struct {
    float *row;
    float scale;       /* min(1, 1 / (cap * alpha * mass)) */
    const float *lock; /* NULL: none */
    float *sum;        /* (stride,): what has been added up of D */
    int from_zero;     /* nothing has been */
} w2v_step;

W2V_INLINE float w2v_scale_of(float capped_alpha, float mass)
{
    const float x = capped_alpha * mass;
    return 1.0f / (x > 1.0f ? x : 1.0f);
}

/* Add the last `count` contributions to D, and take the step. */
W2V_INLINE void w2v_finish_step(int count, int64_t extent, const w2v_step *step, float *const *contributions)
{
    const w2v_vec scale = w2v_all(step->scale), lock = w2v_all(step->lock ? *step->lock : 1.0f);
    float *const row = step->row;
    const float *const sum = step->sum, *added[W2V_GROUP];
    const int from_zero = step->from_zero, locked = step->lock != NULL;
#pragma GCC unroll 8
    for (int k = 0; k < count; k++)
        added[k] = contributions[k];
    for (int64_t at = 0; at < extent; at += W2V_WIDTH) {
        const w2v_vec start = from_zero ? w2v_all(0.0f) : w2v_load(sum + at);
        w2v_vec d = w2v_add_vectors(count, start, added, at) * scale;
        if (locked)
            d *= lock;
        w2v_store(row + at, w2v_load(row + at) + d);
    }
}

/* The step of a word's input row, whose positions have `pairs` pairs (CBOW: are in so many windows). */
W2V_INLINE w2v_step w2v_input_step(const w2v_blocks *all, const w2v_block *block, int64_t word_id, int64_t pairs)
{
    const w2v_model *model = all->model;
    return (w2v_step){
        .row = w2v_row(model->input_vectors, model->stride, word_id),
        .scale = w2v_scale_of(all->rule->input_cap * block->alpha, (float)((1 + model->negative) * pairs)),
        .lock = model->lock_count ? &model->locks[model->lock_count == 1 ? 0 : word_id] : NULL,
        .from_zero = 1,
    };
}

/* The step of a word's output row: a target in `targets` pairs, noise of tiles that count for `noise` together. */
W2V_INLINE w2v_step w2v_output_step(const w2v_blocks *all, const w2v_block *block, int64_t word_id, int64_t targets,
                                    int64_t noise)
{
    const w2v_model *model = all->model;
    const float share = (float)model->negative / (float)all->rule->draws;
    return (w2v_step){
        .row = w2v_row(model->output_vectors, model->stride, word_id),
        .scale = w2v_scale_of(all->rule->cap * block->alpha, (float)targets + share * (float)noise),
        .from_zero = 1,
    };
}

/* If tiles add up: the number of the sums to which what a shared position adds is added. */
W2V_INLINE int64_t w2v_sum_of(const w2v_block *block, int64_t i)
{
    const int32_t number = block->sums[i];
    return number < 0 ? ~number : number;
}

/* The pairs of a position, or the windows of CBOW that it is in: those that add to its input row. */
W2V_INLINE int64_t w2v_pairs_of(const w2v_blocks *all, const w2v_block *block, int64_t i)
{
    return all->model->sg ? (int64_t)block->left[i] + block->right[i] : block->centers_of[i];
}

/* The pairs, or steps of CBOW, whose target position i is. */
W2V_INLINE int64_t w2v_targets_of(const w2v_blocks *all, const w2v_block *block, int64_t i)
{
    return all->model->sg ? block->centers_of[i] : block->left[i] + block->right[i] > 0;
}

/*
 * sum = dA of position j of CBOW: the errors of the windows that it is in, added up from 0. errors: E_i is row i & mask.
 * windows: (2 * reach + W2V_GROUP,), for a list.
 */
W2V_INLINE void w2v_sum_errors(const w2v_blocks *all, const w2v_block *block, int64_t j, float *errors, int64_t mask,
                               float **windows, float *sum)
{
    const int64_t stride = all->model->stride, reach = all->reach, last = block->n - 1 - j < reach ? block->n - 1 : j + reach;
    int64_t count = 0;
    /* Without branches: they would depend on the windows. */
    for (int64_t i = j < reach ? 0 : j - reach; i < j; i++) {
        windows[count] = errors + (i & mask) * stride;
        count += block->right[i] >= j - i;
    }
    for (int64_t i = j + 1; i <= last; i++) {
        windows[count] = errors + (i & mask) * stride;
        count += block->left[i] >= i - j;
    }
    w2v_add_rows(w2v_extent(all->model->size), sum, count, windows, 1);
}
