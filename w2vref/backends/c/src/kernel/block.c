/*
 * block.c - the arithmetic of block training: contributions of tiles, and the capped step of each row.
 *
 * The twin of w2vref/reference/block.py; the letters are those of docs/semantics/block.md:
 * A the input rows of the positions (CBOW: their projections), O their output rows, N the noise rows of a tile.
 * A task takes W2V_TASK_TILES tiles. A position that pairs with one of another task is looked at by both: one
 * takes what the pair adds to the input row, the other what it adds to the output row.
 */

typedef struct {
    const w2v_blocks *all;
    const w2v_model *model;
    const w2v_block *block;
    const w2v_block_scratch *scratch;
    int64_t stride;
    int64_t begin, end; /* the positions of the task */
    int64_t cleared;    /* skip-gram: dO of the positions before this one is set */
    float share;        /* negative / draws */
    double loss;
} w2v_tile_task;

W2V_INLINE float *w2v_input_of(const w2v_tile_task *task, int64_t i)
{
    return w2v_row(task->model->input_vectors, task->stride, task->block->word_ids[i]);
}

W2V_INLINE float *w2v_output_of(const w2v_tile_task *task, int64_t i)
{
    return w2v_row(task->model->output_vectors, task->stride, task->block->word_ids[i]);
}

W2V_INLINE void w2v_prefetch_row(const float *row, int64_t stride)
{
    for (int64_t at = 0; at < stride; at += W2V_BLOCK)
        __builtin_prefetch(row + at);
}

/* Targets of one w2v_outer: with 16 components of each in registers, a row that is loaded serves all of them. */
#define W2V_TARGETS 4

/*
 * targets[k] += the sum over r of g[k * target_step + r * row_step] * rows[r], in order, for W2V_TARGETS targets;
 * from_zero: the targets need not be set, they begin with 0.
 */
W2V_INLINE void w2v_outer(int64_t stride, float *const *targets, int64_t count, float *const *rows, const float *g,
                          int64_t target_step, int64_t row_step, int from_zero)
{
    for (int64_t at = 0; at < stride; at += W2V_BLOCK) {
        w2v_vec sum[W2V_TARGETS][W2V_PARTS];
#pragma GCC unroll 4
        for (int k = 0; k < W2V_TARGETS; k++)
#pragma GCC unroll 4
            for (int part = 0; part < W2V_PARTS; part++)
                sum[k][part] = from_zero ? w2v_all(0.0f) : w2v_load(targets[k] + at + part * W2V_WIDTH);
        for (int64_t r = 0; r < count; r++) {
            w2v_vec row[W2V_PARTS];
#pragma GCC unroll 4
            for (int part = 0; part < W2V_PARTS; part++)
                row[part] = w2v_load(rows[r] + at + part * W2V_WIDTH);
#pragma GCC unroll 4
            for (int k = 0; k < W2V_TARGETS; k++) {
                const w2v_vec factor = w2v_all(g[k * target_step + r * row_step]);
#pragma GCC unroll 4
                for (int part = 0; part < W2V_PARTS; part++)
                    sum[k][part] += factor * row[part];
            }
        }
#pragma GCC unroll 4
        for (int k = 0; k < W2V_TARGETS; k++)
#pragma GCC unroll 4
            for (int part = 0; part < W2V_PARTS; part++)
                w2v_store(targets[k] + at + part * W2V_WIDTH, sum[k][part]);
    }
}

/* target = (0 or) target + g * row. */
W2V_INLINE void w2v_add_product(int64_t stride, float *target, float g, const float *row, int from_zero)
{
    const w2v_vec factor = w2v_all(g);
    for (int64_t at = 0; at < stride; at += W2V_WIDTH)
        w2v_store(target + at, (from_zero ? w2v_all(0.0f) : w2v_load(target + at)) + factor * w2v_load(row + at));
}

W2V_INLINE void w2v_clear(float *row, int64_t stride)
{
    for (int64_t at = 0; at < stride; at += W2V_WIDTH)
        w2v_store(row + at, w2v_all(0.0f));
}

/* ---- skip-gram: the pairs of one centre ------------------------------------------------------ */

/* The pairs of a centre with up to W2V_GROUP neighbours. */
typedef struct {
    const float *input; /* A_i */
    float *to_input;    /* dA_i */
    float *outputs[W2V_GROUP];
    float *to_outputs[W2V_GROUP];
    int from_zero; /* to_input begins here */
} w2v_pairs;

/* to_input += g_k O_k, to_outputs[k] += g_k A for all k. */
W2V_INLINE void w2v_block_pairs(w2v_tile_task *task, const w2v_pairs *pairs, int count, int counts_loss)
{
    const int64_t stride = task->stride;
    float g[W2V_GROUP] __attribute__((aligned(32)));
    static const float ones[W2V_GROUP] __attribute__((aligned(32))) = {1, 1, 1, 1, 1, 1, 1, 1};
    const w2v_sums x = w2v_dots(count, stride, pairs->input, pairs->outputs);
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
    for (int64_t at = 0; at < stride; at += W2V_WIDTH) {
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

W2V_NOINLINE void w2v_block_pairs_of(w2v_tile_task *task, const w2v_pairs *pairs, int64_t count, int counts_loss)
{
    W2V_BY_COUNT(count, w2v_block_pairs(task, pairs, n, counts_loss))
}

/* Take the pairs (i, j), first <= j <= last, j != i. A centre of another task only adds to output rows. */
static void w2v_block_center(w2v_tile_task *task, int64_t i, int64_t first, int64_t last)
{
    const w2v_blocks *all = task->all;
    const int64_t stride = task->stride;
    const int own = i >= task->begin && i < task->end;
    for (; task->cleared <= last && task->cleared < task->end; task->cleared++)
        w2v_clear(all->to_outputs + task->cleared * stride, stride);
    w2v_pairs pairs;
    pairs.input = w2v_input_of(task, i);
    pairs.to_input = own ? all->to_inputs + i * stride : task->scratch->ignored;
    pairs.from_zero = 1;
    if (first == last)
        w2v_clear(pairs.to_input, stride); /* no pair */
    int64_t count = 0;
    for (int64_t j = first; j <= last; j++) {
        if (j == i)
            continue;
        pairs.outputs[count] = w2v_output_of(task, j);
        pairs.to_outputs[count] =
            j >= task->begin && j < task->end ? all->to_outputs + j * stride : task->scratch->ignored_too;
        if (++count == W2V_GROUP) {
            w2v_block_pairs_of(task, &pairs, count, own && all->run->compute_loss);
            pairs.from_zero = 0;
            count = 0;
        }
    }
    if (count)
        w2v_block_pairs_of(task, &pairs, count, own && all->run->compute_loss);
}

/* ---- noise: the tile's positions with its noise words ---------------------------------------- */

/* h[k] = sigmoid(x_k) * -weight * alpha. */
W2V_INLINE void w2v_noise_coefficients(w2v_sums x, float weight, float alpha, float *h)
{
#pragma GCC unroll 2
    for (int part = 0; part < W2V_SUM_PARTS; part++)
        *(w2v_sum *)(h + part * W2V_SUM_WIDTH) = w2v_sigmoid(x.part[part]) * -weight * alpha;
}

/* A tile: its number, and its positions. */
typedef struct {
    int64_t number, count;
    float *rows[W2V_MOST_TILE];    /* A */
    float *to_rows[W2V_MOST_TILE]; /* which take dA */
    float weights[W2V_MOST_TILE];  /* what the noise of each position counts for */
} w2v_tile;

/* Write the coefficients of one position with the noise words of its tile: (draws,). */
W2V_INLINE void w2v_noise_of_position(w2v_tile_task *task, const float *row, float *const *noise, float weight,
                                      float *h)
{
    static const float zeros[W2V_GROUP] __attribute__((aligned(32))) = {0};
    for (int64_t p = 0; p < task->all->rule->draws; p += W2V_GROUP) {
        const w2v_sums x = w2v_dots(W2V_GROUP, task->stride, row, noise + p);
        w2v_noise_coefficients(x, weight, task->block->alpha, h + p);
        if (W2V_UNLIKELY(task->all->run->compute_loss))
            task->loss += (double)weight * w2v_group_loss(x, zeros, W2V_GROUP);
    }
}

/* Take the noise of one tile. */
static void w2v_block_noise_of(w2v_tile_task *task, w2v_tile *tile)
{
    const int64_t stride = task->stride, draws = task->all->rule->draws, count = tile->count;
    float h[W2V_MOST_TILE * W2V_MOST_TILE] __attribute__((aligned(64))); /* (count, draws) */
    float *noise[W2V_MOST_TILE], *to_noise[W2V_MOST_TILE];
    for (int64_t p = 0; p < draws; p++) {
        noise[p] = w2v_row(task->model->output_vectors, stride, task->block->noise[tile->number * draws + p]);
        to_noise[p] = task->all->to_noise + (tile->number * draws + p) * stride;
    }
    for (int64_t i = 0; i < count; i++)
        w2v_noise_of_position(task, tile->rows[i], noise, tile->weights[i], h + i * draws);
    for (int64_t i = count; i % W2V_TARGETS; i++) {
        memset(h + i * draws, 0, (size_t)draws * sizeof(float));
        tile->to_rows[i] = task->scratch->ignored;
    }
    for (int64_t i = 0; i < count; i += W2V_TARGETS)
        w2v_outer(stride, tile->to_rows + i, draws, noise, h + i * draws, draws, 1, 0);
    for (int64_t p = 0; p < draws; p += W2V_TARGETS)
        w2v_outer(stride, to_noise + p, count, tile->rows, h + p, 1, draws, 1);
}

/* ---- a task of tiles ------------------------------------------------------------------------- */

/*
 * Ask for what stands `tile` positions on: the rows of that position, and of the noise of the next tile those
 * whose turn it is. A few at a time: more requests than some twenty would stop the processor.
 */
W2V_INLINE void w2v_prefetch_ahead(const w2v_tile_task *task, int64_t number, int64_t first, int64_t i)
{
    const w2v_block *block = task->block;
    const int64_t tile = task->all->rule->tile, draws = task->all->rule->draws;
    if (i + tile < block->n) {
        w2v_prefetch_row(w2v_input_of(task, i + tile), task->stride);
        w2v_prefetch_row(w2v_output_of(task, i + tile), task->stride);
    }
    if (number + 1 < block->tiles)
        for (int64_t p = i - first; p < draws; p += tile)
            w2v_prefetch_row(w2v_row(task->model->output_vectors, task->stride,
                                     block->noise[(number + 1) * draws + p]), task->stride);
}

static void w2v_sg_tile(w2v_tile_task *task, int64_t number, int64_t first, int64_t last)
{
    const w2v_block *block = task->block;
    w2v_tile tile;
    tile.number = number;
    tile.count = last - first;
    for (int64_t i = first; i < last; i++) {
        w2v_prefetch_ahead(task, number, first, i);
        tile.rows[i - first] = w2v_input_of(task, i);
        tile.to_rows[i - first] = task->all->to_inputs + i * task->stride;
        tile.weights[i - first] = (float)((int64_t)block->left[i] + block->right[i]) * task->share;
        w2v_block_center(task, i, i - block->left[i], i + block->right[i]);
    }
    w2v_block_noise_of(task, &tile);
}

/* The centres of other tasks whose windows reach into this one: only those of one side at a time. */
static void w2v_sg_neighbours(w2v_tile_task *task, int64_t first, int64_t last)
{
    const w2v_block *block = task->block;
    for (int64_t i = first; i < last; i++) {
        const int64_t from = i - block->left[i] > task->begin ? i - block->left[i] : task->begin;
        const int64_t to = i + block->right[i] < task->end ? i + block->right[i] : task->end - 1;
        if (from <= to)
            w2v_block_center(task, i, from, to);
    }
}

static void w2v_cbow_tile(w2v_tile_task *task, int64_t number, int64_t first, int64_t last)
{
    const w2v_model *model = task->model;
    const w2v_block *block = task->block;
    const int64_t stride = task->stride;
    static const float one[W2V_GROUP] __attribute__((aligned(32))) = {1};
    w2v_tile tile;
    tile.number = number;
    tile.count = last - first;
    for (int64_t i = first; i < last; i++) {
        const int64_t pairs = (int64_t)block->left[i] + block->right[i];
        w2v_prefetch_ahead(task, number, first, i);
        float *const h = tile.rows[i - first] = task->scratch->projections + (i - first) * stride;
        float *const error = tile.to_rows[i - first] = task->all->to_inputs + i * stride;
        tile.weights[i - first] = (float)(pairs > 0) * task->share;
        float *const to_output = task->all->to_outputs + i * stride;
        w2v_clear(h, stride);
        for (int64_t j = i - block->left[i]; j <= i + block->right[i]; j++)
            if (j != i)
                w2v_add(stride, h, w2v_input_of(task, j));
        if (pairs == 0) {
            w2v_clear(error, stride);
            w2v_clear(to_output, stride);
            continue;
        }
        const w2v_vec factor = w2v_all(w2v_reciprocal(pairs));
        if (model->cbow_mean)
            for (int64_t at = 0; at < stride; at += W2V_WIDTH)
                w2v_store(h + at, w2v_load(h + at) * factor);
        float g[W2V_GROUP] __attribute__((aligned(32)));
        float *const output = w2v_output_of(task, i);
        const w2v_sums x = w2v_dots(1, stride, h, &output);
        w2v_gradients(x, one, block->alpha, g);
        if (W2V_UNLIKELY(task->all->run->compute_loss))
            task->loss += w2v_group_loss(x, one, 1);
        w2v_add_product(stride, error, g[0], output, 1);
        w2v_add_product(stride, to_output, g[0], h, 1);
    }
    w2v_block_noise_of(task, &tile);
    for (int64_t i = first; i < last && model->divides_error; i++) {
        const int64_t pairs = (int64_t)block->left[i] + block->right[i];
        const w2v_vec factor = w2v_all(w2v_reciprocal(pairs ? pairs : 1));
        for (int64_t at = 0; at < stride; at += W2V_WIDTH)
            w2v_store(tile.to_rows[i - first] + at, w2v_load(tile.to_rows[i - first] + at) * factor);
    }
}

/* Write the contributions of task number `number` of a block, and its loss. */
static void w2v_do_block_tiles(const w2v_blocks *all, w2v_block *block, int64_t number,
                               const w2v_block_scratch *scratch)
{
    const int64_t tile = all->rule->tile, stride = all->model->stride, n = block->n;
    const int64_t begin = number * W2V_TASK_TILES * tile;
    const int64_t end = n - begin < W2V_TASK_TILES * tile ? n : begin + W2V_TASK_TILES * tile;
    w2v_tile_task task = {.all = all, .model = all->model, .block = block, .scratch = scratch, .stride = stride,
                          .begin = begin, .end = end, .cleared = begin,
                          .share = (float)all->model->negative / (float)all->rule->draws};
    const int64_t reach = all->model->window;
    if (all->model->sg)
        w2v_sg_neighbours(&task, begin > reach ? begin - reach : 0, begin);
    for (int64_t first = begin; first < end; first += tile) {
        const int64_t last = end - first < tile ? end : first + tile;
        if (all->model->sg)
            w2v_sg_tile(&task, first / tile, first, last);
        else
            w2v_cbow_tile(&task, first / tile, first, last);
    }
    if (all->model->sg)
        w2v_sg_neighbours(&task, end, n - end > reach ? end + reach : n);
    block->losses[number] = task.loss;
}

/* ---- apply ----------------------------------------------------------------------------------- */

/* sum = (0 or) sum + rows, one after the other. */
W2V_INLINE void w2v_add_group(int count, int64_t stride, float *sum, float *const *rows, int from_zero)
{
    for (int64_t at = 0; at < stride; at += W2V_WIDTH) {
        w2v_vec s = from_zero ? w2v_all(0.0f) : w2v_load(sum + at);
#pragma GCC unroll 8
        for (int k = 0; k < count; k++)
            s += w2v_load(rows[k] + at);
        w2v_store(sum + at, s);
    }
}

/* Rows that are added to a sum one after the other, up to W2V_GROUP at a time. */
typedef struct {
    float *sum;
    float *rows[W2V_GROUP];
    int64_t count;
    int from_zero; /* the sum begins with the rows of the next group */
} w2v_adder;

W2V_INLINE void w2v_add_pending(w2v_adder *adder, int64_t stride)
{
    if (adder->count == 0 && adder->from_zero)
        w2v_clear(adder->sum, stride);
    if (adder->count)
        W2V_BY_COUNT(adder->count, w2v_add_group(n, stride, adder->sum, adder->rows, adder->from_zero))
    adder->count = adder->from_zero = 0;
}

W2V_INLINE void w2v_add_row(w2v_adder *adder, int64_t stride, const float *row)
{
    adder->rows[adder->count++] = (float *)row;
    if (adder->count == W2V_GROUP)
        w2v_add_pending(adder, stride);
}

/* row += lock * (min(1, 1 / (cap * alpha * mass)) * sum). */
W2V_INLINE void w2v_step_row(int64_t stride, float *row, const float *sum, float capped_alpha, float mass,
                             const float *lock)
{
    const float x = capped_alpha * mass;
    const w2v_vec scale = w2v_all(1.0f / (x > 1.0f ? x : 1.0f));
    if (lock) {
        const w2v_vec factor = w2v_all(*lock);
        for (int64_t at = 0; at < stride; at += W2V_WIDTH)
            w2v_store(row + at, w2v_load(row + at) + factor * (scale * w2v_load(sum + at)));
    } else {
        for (int64_t at = 0; at < stride; at += W2V_WIDTH)
            w2v_store(row + at, w2v_load(row + at) + scale * w2v_load(sum + at));
    }
}

/* sum = what position j of CBOW gets: the errors of the windows that it is in, added up from 0. */
static void w2v_sum_errors(const w2v_blocks *all, const w2v_block *block, int64_t j, float *sum)
{
    const int64_t stride = all->model->stride, reach = all->model->window;
    w2v_adder adder = {.sum = sum, .from_zero = 1};
    for (int64_t i = j > reach ? j - reach : 0; i < block->n && i <= j + reach; i++)
        if (i != j && (i < j ? i + block->right[i] >= j : i - block->left[i] <= j))
            w2v_add_row(&adder, stride, all->to_inputs + i * stride);
    w2v_add_pending(&adder, stride);
}

/* Take the step of one word's rows. entries[0 .. positions) are its positions, up to `count` its noise. */
static void w2v_apply_word(const w2v_blocks *all, const w2v_block *block, const uint64_t *entries,
                           int64_t positions, int64_t count, const w2v_block_scratch *scratch)
{
    const w2v_model *model = all->model;
    const int64_t stride = model->stride, n = block->n, draws = all->rule->draws;
    const int64_t word_id = (int64_t)(entries[0] >> 32);
    const float share = (float)model->negative / (float)draws, capped_alpha = all->rule->cap * block->alpha;
    float *const sum = scratch->row;
    int64_t in_mass = 0, out_mass = 0, noise_mass = 0;
    for (int64_t k = 0; k < positions; k++) {
        const int64_t i = (uint32_t)entries[k];
        const int64_t pairs = (int64_t)block->left[i] + block->right[i];
        in_mass += model->sg ? pairs : block->centers_of[i];
        out_mass += model->sg ? block->centers_of[i] : pairs > 0;
    }
    for (int64_t k = positions; k < count; k++)
        noise_mass += block->weights[((int64_t)(uint32_t)entries[k] - n) / draws];
    const float *const lock = model->lock_count ? &model->locks[model->lock_count == 1 ? 0 : word_id] : NULL;
    w2v_adder adder = {.sum = sum, .from_zero = 1};
    for (int64_t k = 0; k < positions; k++) {
        const int64_t i = (uint32_t)entries[k];
        if (model->sg) {
            w2v_add_row(&adder, stride, all->to_inputs + i * stride);
        } else {
            w2v_sum_errors(all, block, i, scratch->ignored);
            w2v_add_row(&adder, stride, scratch->ignored);
            w2v_add_pending(&adder, stride);
        }
    }
    w2v_add_pending(&adder, stride);
    if (positions)
        w2v_step_row(stride, w2v_row(model->input_vectors, stride, word_id), sum, capped_alpha,
                     (float)((1 + model->negative) * in_mass), lock);
    adder = (w2v_adder){.sum = sum, .from_zero = 1};
    for (int64_t k = 0; k < positions; k++)
        w2v_add_row(&adder, stride, all->to_outputs + (int64_t)(uint32_t)entries[k] * stride);
    for (int64_t k = positions; k < count; k++)
        w2v_add_row(&adder, stride, all->to_noise + ((int64_t)(uint32_t)entries[k] - n) * stride);
    w2v_add_pending(&adder, stride);
    w2v_step_row(stride, w2v_row(model->output_vectors, stride, word_id), sum, capped_alpha,
                 (float)out_mass + share * (float)noise_mass, NULL);
}

/* Entries ahead at which what an entry needs is asked for. */
#define W2V_ENTRIES_AHEAD 16

W2V_INLINE void w2v_prefetch_entry(const w2v_blocks *all, const w2v_block *block, int64_t place)
{
    const int64_t stride = all->model->stride, i = (uint32_t)block->entries[place];
    const int64_t word_id = (int64_t)(block->entries[place] >> 32);
    if (i < block->n) {
        w2v_prefetch_row(all->to_inputs + i * stride, stride);
        w2v_prefetch_row(all->to_outputs + i * stride, stride);
        w2v_prefetch_row(w2v_row(all->model->input_vectors, stride, word_id), stride);
    } else {
        w2v_prefetch_row(all->to_noise + (i - block->n) * stride, stride);
    }
    w2v_prefetch_row(w2v_row(all->model->output_vectors, stride, word_id), stride);
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
    const int64_t n = block->n, total = n + block->tiles * all->rule->draws;
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
            w2v_prefetch_entry(all, block, asked);
        w2v_apply_word(all, block, block->entries + place, positions, count, scratch);
        place += count;
    }
}
