/*
 * block_tiles.c - the contributions of a block's positions and noise words.
 *
 * The twin of w2vref/reference/block.py; the letters are those of docs/semantics/block.md: A the input rows of
 * the positions, O their output rows, H the projections of CBOW, N the noise rows of a tile.
 *
 *   pairs      of each centre, at once: g, what they add to dA of the centre and to dO of its neighbours
 *   noise      h of all positions of a tile with its noise words, then what they add to dA, and dN
 *   lone rows  take their steps, once all that reads them is done
 *
 * A task takes some tiles and writes the contributions of its own positions. A pair with a position of
 * another task is taken by both: one adds to the input row, the other to the output row.
 */

/* The pairs of a centre with up to W2V_GROUP neighbours. */
typedef struct {
    const float *input; /* A_i */
    float *to_input;    /* dA_i */
    float *outputs[W2V_GROUP];
    float *to_outputs[W2V_GROUP];
    int from_zero; /* to_input begins here */
} w2v_pairs;

typedef struct {
    const w2v_blocks *all;
    const w2v_model *model;
    const w2v_block *block;
    const w2v_block_scratch *scratch;
    int64_t extent, stride; /* see w2v_extent */
    int64_t begin, end;  /* the positions of the task */
    int64_t first, last; /* the positions that its pairs reach */
    int64_t cleared;     /* skip-gram: dO of the positions before this one is set */
    int64_t stepped;     /* lone output rows of the positions before this one have taken their steps */
    float share;         /* negative / draws */
    double loss;
} w2v_tile_task;

/* ---- skip-gram: pairs ----------------------------------------------------------------------- */

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

/* ---- noise: the tile's positions with its noise words ---------------------------------------- */

/* A tile: its number, and its positions. */
typedef struct {
    int64_t number, first, count;
    float *const *rows;           /* A, or H */
    float weights[W2V_MOST_TILE]; /* what the noise of each position counts for */
    float *noise[W2V_MOST_DRAWS]; /* N */
    float *to_rows[W2V_MOST_TILE], *to_noise[W2V_MOST_DRAWS]; /* dA (CBOW: E), dN */
    int64_t lone_rows[W2V_MOST_TILE], lone_noise[W2V_MOST_DRAWS]; /* those that take their steps here */
    int64_t lone_row_count, lone_noise_count;
    int64_t h_stride; /* draws, rounded up to whole groups */
    float h[W2V_MOST_TILE * W2V_MOST_DRAWS] __attribute__((aligned(64))); /* (count, h_stride) */
} w2v_tile;

/* Begin with a tile: where its noise rows are, and where contributions go. */
static void w2v_begin_tile(const w2v_tile_task *task, w2v_tile *tile, int64_t number, int64_t first, int64_t last)
{
    const w2v_blocks *all = task->all;
    const w2v_block *block = task->block;
    const int64_t draws = all->rule->draws, stride = task->stride;
    int64_t lone = 0;
    tile->number = number;
    tile->first = first;
    tile->count = last - first;
    tile->h_stride = (draws + W2V_GROUP - 1) / W2V_GROUP * W2V_GROUP;
    for (int64_t i = 0; i < last - first; i++) {
        const int is_lone = block->lone[first + i] & W2V_LONE_INPUT;
        tile->to_rows[i] = is_lone ? task->scratch->lone_inputs + i * stride : all->to_inputs + (first + i) * stride;
        tile->lone_rows[lone] = i;
        lone += is_lone != 0;
    }
    tile->lone_row_count = lone;
    lone = 0;
    for (int64_t p = 0; p < draws; p++) {
        const int64_t place = number * draws + p, entry = block->n + place;
        const int is_lone = block->lone[entry];
        tile->noise[p] = w2v_row(task->model->output_vectors, stride, block->noise[place]);
        tile->to_noise[p] = is_lone ? task->scratch->lone_noise + p * stride : all->to_outputs + entry * stride;
        tile->lone_noise[lone] = p;
        lone += is_lone != 0;
    }
    tile->lone_noise_count = lone;
}

/* Write the dots of a tile's positions with its noise words: eight words at a time, then four with two positions. */
W2V_INLINE void w2v_dots_of_tile(const w2v_tile_task *task, w2v_tile *tile, int64_t draws)
{
    const int64_t whole = draws / W2V_GROUP * W2V_GROUP;
    for (int64_t p = 0; p < whole; p += W2V_GROUP)
        for (int64_t i = 0; i < tile->count; i++)
            w2v_store_sums(tile->h + i * tile->h_stride + p,
                           w2v_dots(W2V_GROUP, task->extent, tile->rows[i], tile->noise + p));
    for (int64_t i = 0; i < tile->count && whole < draws; i += 2) {
        const int64_t j = i + 1 < tile->count ? i + 1 : i; /* the last one: twice the same */
        w2v_store_fours(w2v_dots_of_two(task->extent, tile->rows[i], tile->rows[j], tile->noise + whole),
                        tile->h + i * tile->h_stride + whole, tile->h + j * tile->h_stride + whole);
    }
}

/* Write h of a tile, whose rows and weights are set: h = sigmoid(x) * -weight * alpha. */
static void w2v_score_noise_of(w2v_tile_task *task, w2v_tile *tile)
{
    static const float zeros[W2V_GROUP] __attribute__((aligned(32))) = {0};
    const int64_t draws = task->all->rule->draws, whole = draws / W2V_GROUP * W2V_GROUP;
    const float alpha = task->block->alpha;
    w2v_dots_of_tile(task, tile, draws);
    if (W2V_UNLIKELY(task->all->run->compute_loss))
        for (int64_t i = 0; i < tile->count; i++)
            for (int64_t p = 0; p < draws; p += W2V_GROUP)
                task->loss += (double)tile->weights[i] *
                              w2v_group_loss(w2v_load_sums(tile->h + i * tile->h_stride + p), zeros,
                                             draws - p < W2V_GROUP ? (int)(draws - p) : W2V_GROUP);
    for (int64_t i = 0; i < tile->count; i++) {
        const float weight = tile->weights[i];
        for (int64_t p = 0; p < whole; p += W2V_SUM_WIDTH) {
            w2v_sum *const h = (w2v_sum *)(tile->h + i * tile->h_stride + p);
            *h = w2v_sigmoid(*h) * -weight * alpha;
        }
    }
    for (int64_t i = 0; i < tile->count && whole < draws; i += 2) {
        const int64_t j = i + 1 < tile->count ? i + 1 : i;
        float *const first = tile->h + i * tile->h_stride + whole, *const second = tile->h + j * tile->h_stride + whole;
        const w2v_f4 of_first = {tile->weights[i], tile->weights[i], tile->weights[i], tile->weights[i]};
        const w2v_f4 of_second = {tile->weights[j], tile->weights[j], tile->weights[j], tile->weights[j]};
        w2v_sums x = w2v_join_fours(*(const w2v_f4 *)first, *(const w2v_f4 *)second);
        const w2v_sums weight = w2v_join_fours(of_first, of_second);
#pragma GCC unroll 2
        for (int part = 0; part < W2V_SUM_PARTS; part++)
            x.part[part] = w2v_sigmoid(x.part[part]) * -weight.part[part] * alpha;
        w2v_store_fours(x, first, second);
    }
}

/* Add the noise to dA of a tile's positions, and write dN: `parts` vectors of each from `at`. */
W2V_INLINE void w2v_sum_noise_parts(int parts, int64_t at, const w2v_tile *tile, int64_t draws)
{
    w2v_outer_parts(parts, at, tile->count, tile->to_rows, tile->h_stride, draws, tile->noise, 1, tile->h, 0);
    w2v_outer_parts(parts, at, draws, tile->to_noise, 1, tile->count, tile->rows, tile->h_stride, tile->h, 1);
}

static void w2v_sum_noise(const w2v_tile_task *task, w2v_tile *tile)
{
    for (int64_t at = 0, parts; at < task->extent; at += parts * W2V_WIDTH) {
        parts = w2v_parts_of((task->extent - at) / W2V_WIDTH);
        W2V_BY_PARTS(parts, w2v_sum_noise_parts(n, at, tile, task->all->rule->draws))
    }
}

/* ---- lone rows ------------------------------------------------------------------------------- */

/* Take the step of a lone row, which has one contribution. */
W2V_INLINE void w2v_step_lone(const w2v_tile_task *task, w2v_step step, float *contribution)
{
    w2v_finish_step(1, task->extent, &step, &contribution);
}

/* Take the steps of the lone output rows of the positions before `end`, which no window of the task reads any more. */
static void w2v_step_lone_outputs(w2v_tile_task *task, int64_t end)
{
    const w2v_block *block = task->block;
    for (; task->stepped < end; task->stepped++)
        if (block->lone[task->stepped] & W2V_LONE_OUTPUT) {
            const int64_t i = task->stepped;
            w2v_step_lone(task,
                          w2v_output_step(task->all, block, block->word_ids[i], w2v_targets_of(task->all, block, i), 0),
                          task->scratch->to_outputs[i - task->first]);
        }
}

/* Take the steps of the lone rows that a tile was the last to read. */
static void w2v_step_lone_rows(w2v_tile_task *task, const w2v_tile *tile)
{
    const w2v_blocks *all = task->all;
    const w2v_block *block = task->block;
    const int64_t draws = all->rule->draws, last = tile->first + tile->count;
    for (int64_t k = 0; k < tile->lone_row_count; k++) {
        const int64_t i = tile->first + tile->lone_rows[k];
        w2v_step_lone(task, w2v_input_step(all, block, block->word_ids[i], (int64_t)block->left[i] + block->right[i]),
                      tile->to_rows[tile->lone_rows[k]]);
    }
    for (int64_t k = 0; k < tile->lone_noise_count; k++) {
        const int64_t p = tile->lone_noise[k], word_id = block->noise[tile->number * draws + p];
        w2v_step_lone(task, w2v_output_step(all, block, word_id, 0, block->weights[tile->number]), tile->to_noise[p]);
    }
    w2v_step_lone_outputs(task, last == task->end || !all->model->sg ? last : last - all->reach);
}

/* End a tile: what is done with it takes its steps, and its loss is counted. */
static void w2v_end_tile(w2v_tile_task *task, const w2v_tile *tile)
{
    w2v_step_lone_rows(task, tile);
    if ((tile->number + 1) % W2V_TASK_TILES == 0 || tile->first + tile->count == task->end) {
        task->block->losses[tile->number / W2V_TASK_TILES] = task->loss;
        task->loss = 0.0;
    }
}

/* ---- tiles ----------------------------------------------------------------------------------- */

/* Ask for the lines of a row, to read (0) or to write (1), into the cache of the first level (3) or the second (2). */
#define W2V_ASK_FOR_ROW(row, stride, to_write, level)                                                                 \
    _Pragma("GCC unroll 4")                                                                                           \
    for (int64_t at_ = 0; at_ < (stride); at_ += W2V_BLOCK)                                                           \
    __builtin_prefetch((row) + at_, to_write, level)

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

/*
 * Before and after centre i of a tile: ask for the rows of a coming position, and for those noise rows of the tile, which
 * is scored next, whose turn it is. No sooner: the first-level cache does not hold what a whole tile needs. And a few
 * rows at a time: more requests than some twenty would stop the processor.
 */
W2V_INLINE void w2v_ask_before(const w2v_tile_task *task, int64_t i)
{
    w2v_ask_for_position(task, i + task->all->reach + W2V_POSITIONS_AHEAD);
}

W2V_INLINE void w2v_ask_after(const w2v_tile_task *task, const w2v_tile *tile, int64_t i)
{
    const int64_t left = tile->first + tile->count - 1 - i; /* centres: the last ones ask, just before it is scored */
    for (int64_t p = task->all->rule->draws - 1 - left; p >= 0; p -= tile->count)
        W2V_ASK_FOR_ROW(tile->noise[p], task->stride, 0, 3);
}

static void w2v_sg_tile(w2v_tile_task *task, int64_t number, int64_t first, int64_t last)
{
    const w2v_block *block = task->block;
    w2v_tile tile; /* not initialised: h is large */
    w2v_begin_tile(task, &tile, number, first, last);
    tile.rows = task->scratch->input_rows + (first - task->first);
    for (int64_t i = first; i < last; i++) {
        w2v_ask_before(task, i);
        tile.weights[i - first] = (float)((int64_t)block->left[i] + block->right[i]) * task->share;
        w2v_take_center(task, i, i - block->left[i], i + block->right[i], tile.to_rows[i - first]);
        w2v_ask_after(task, &tile, i);
    }
    w2v_score_noise_of(task, &tile);
    w2v_sum_noise(task, &tile);
    w2v_end_tile(task, &tile);
}

static void w2v_sg_task(w2v_tile_task *task)
{
    const int64_t tile = task->all->rule->tile;
    w2v_take_neighbours(task, task->first, task->begin);
    for (int64_t first = task->begin; first < task->end; first += tile)
        w2v_sg_tile(task, first / tile, first, task->end - first < tile ? task->end : first + tile);
    w2v_take_neighbours(task, task->end, task->last);
}

static void w2v_cbow_tile(w2v_tile_task *task, int64_t number, int64_t first, int64_t last)
{
    const w2v_model *model = task->model;
    const w2v_block *block = task->block;
    const int64_t extent = task->extent;
    static const float one[W2V_GROUP] __attribute__((aligned(32))) = {1};
    w2v_tile tile; /* not initialised: h is large */
    w2v_begin_tile(task, &tile, number, first, last);
    tile.rows = task->scratch->projections;
    for (int64_t i = first; i < last; i++) {
        const int64_t pairs = (int64_t)block->left[i] + block->right[i];
        float *const *const row = task->scratch->input_rows + (i - task->first);
        float *const h = tile.rows[i - first], *const output = task->scratch->output_rows[i - task->first];
        float *const error = tile.to_rows[i - first], *const to_output = task->scratch->to_outputs[i - task->first];
        w2v_ask_before(task, i);
        w2v_ask_after(task, &tile, i);
        tile.weights[i - first] = (float)(pairs > 0) * task->share;
        if (pairs == 0) {
            w2v_clear(h, extent);
            w2v_clear(error, extent);
            w2v_clear(to_output, extent);
            continue;
        }
        float **const context = task->scratch->context;
        for (int64_t j = 0; j < block->left[i]; j++)
            context[j] = row[j - block->left[i]];
        for (int64_t j = 0; j < block->right[i]; j++)
            context[block->left[i] + j] = row[1 + j];
        w2v_scaled_sum(extent, h, pairs, context, model->cbow_mean ? w2v_reciprocal(pairs) : 1.0f);
        float g[W2V_GROUP] __attribute__((aligned(32)));
        const w2v_sums x = w2v_dots(1, extent, h, &output);
        w2v_gradients(x, one, block->alpha, g);
        if (W2V_UNLIKELY(task->all->run->compute_loss))
            task->loss += w2v_group_loss(x, one, 1);
        w2v_product(extent, error, g[0], output);
        w2v_product(extent, to_output, g[0], h);
    }
    w2v_score_noise_of(task, &tile);
    w2v_sum_noise(task, &tile);
    for (int64_t i = first; i < last && model->divides_error; i++) {
        const int64_t pairs = (int64_t)block->left[i] + block->right[i];
        w2v_scale(extent, tile.to_rows[i - first], w2v_reciprocal(pairs ? pairs : 1));
    }
    w2v_end_tile(task, &tile);
}

/* Write the contributions of task number `number` of a block, and its loss. */
static void w2v_do_block_tiles(const w2v_blocks *all, w2v_block *block, int64_t number,
                               const w2v_block_scratch *scratch)
{
    const w2v_model *model = all->model;
    const int64_t tile = all->rule->tile, stride = model->stride, n = block->n, reach = all->reach;
    const int64_t begin = number * all->task_tiles * tile;
    const int64_t end = n - begin < all->task_tiles * tile ? n : begin + all->task_tiles * tile;
    w2v_tile_task task = {.all = all, .model = model, .block = block, .scratch = scratch, .stride = stride,
                          .extent = w2v_extent(model->size),
                          .begin = begin, .end = end, .cleared = begin, .stepped = begin,
                          .first = begin > reach ? begin - reach : 0, .last = n - end > reach ? end + reach : n,
                          .share = (float)model->negative / (float)all->rule->draws};
    for (int64_t i = task.first; i < task.last; i++) {
        scratch->input_rows[i - task.first] = w2v_row(model->input_vectors, stride, block->word_ids[i]);
        scratch->output_rows[i - task.first] = w2v_row(model->output_vectors, stride, block->word_ids[i]);
        scratch->to_outputs[i - task.first] = i < begin || i >= end               ? scratch->ignored_too
                                              : block->lone[i] & W2V_LONE_OUTPUT ? scratch->lone_outputs + (i & scratch->lone_mask) * stride
                                                                                 : all->to_outputs + i * stride;
    }
    for (int64_t i = task.first; i < begin + reach + W2V_POSITIONS_AHEAD; i++)
        w2v_ask_for_position(&task, i);
    if (model->sg)
        w2v_sg_task(&task);
    else
        for (int64_t first = begin; first < end; first += tile)
            w2v_cbow_tile(&task, first / tile, first, end - first < tile ? end : first + tile);
}
