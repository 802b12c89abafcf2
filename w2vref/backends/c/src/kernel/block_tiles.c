/*
 * block_tiles.c - the contributions of a block's positions and noise words: a task of tiles, from the first to the last.
 *
 * The twin of w2vref/reference/block.py.
 *
 *   pairs      of each centre of a tile (block_pairs.c); of CBOW the projection and the one pair of each position
 *   noise      of the tile (block_noise.c)
 *   settle     what the tile keeps to itself (block_settle.c)
 */

/* End a tile: what is done with it is settled, and its loss is counted. */
static void w2v_end_tile(w2v_tile_task *task, const w2v_tile *tile)
{
    w2v_settle_tile(task, tile);
    task->block->losses[tile->number] = task->loss;
    task->loss = 0.0;
}

static void w2v_sg_tile(w2v_tile_task *task, int64_t number, int64_t first, int64_t last)
{
    w2v_tile tile; /* not initialised: h is large */
    w2v_begin_tile(task, &tile, number, first, last);
    tile.rows = task->scratch->input_rows + (first - task->first);
    w2v_ask_for_early_noise(task, &tile);
    w2v_take_centers(task, &tile);
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

/* Write H of a tile, and what its noise counts for. */
static void w2v_project_tile(const w2v_tile_task *task, w2v_tile *tile)
{
    const w2v_block *block = task->block;
    float **const context = task->scratch->neighbours[0];
    for (int64_t k = 0; k < tile->count; k++) {
        const int64_t i = tile->first + k, left = block->left[i], pairs = left + block->right[i];
        float *const *const row = task->scratch->input_rows + (i - task->first);
        w2v_ask_ahead(task, i);
        w2v_ask_after(task, tile, i);
        tile->weights[k] = (float)(pairs > 0) * task->share;
        if (pairs == 0) {
            w2v_clear(tile->rows[k], task->extent);
            continue;
        }
        w2v_list_window(context, row - left, i - left, i, i + block->right[i]);
        w2v_scaled_sum(task->extent, tile->rows[k], pairs, context, task->model->cbow_mean ? w2v_reciprocal(pairs) : 1.0f);
    }
}

/* From the dots x of H with the targets' rows to g, for W2V_GROUP positions from the k-th of a tile. */
static void w2v_score_targets(w2v_tile_task *task, const w2v_tile *tile, int64_t k, float *g)
{
    float *hidden[W2V_GROUP], *outputs[W2V_GROUP];
    for (int64_t place = k; place < k + W2V_GROUP; place++) {
        const int64_t own = place < tile->count ? place : tile->count - 1; /* the last one: the same again */
        hidden[place - k] = tile->rows[own];
        outputs[place - k] = task->scratch->output_rows[tile->first + own - task->first];
    }
    const w2v_sums x = w2v_dots_of_pairs(task->extent, hidden, outputs);
    w2v_gradients(x, w2v_pair_labels, task->block->alpha, g);
    if (W2V_UNLIKELY(task->all->run->compute_loss)) {
        float dots[W2V_GROUP] __attribute__((aligned(32)));
        w2v_store_sums(dots, x);
        for (int64_t place = k; place < k + W2V_GROUP && place < tile->count; place++) {
            dots[0] = dots[place - k];
            if (tile->weights[place] > 0.0f)
                task->loss += w2v_group_loss(w2v_load_sums(dots), w2v_pair_labels, 1);
        }
    }
}

/*
 * Write dO of a tile's positions, and begin with E. Of a position without a pair H is 0, and so is dO; no window has its E.
 */
static void w2v_begin_errors(w2v_tile_task *task, const w2v_tile *tile)
{
    float g[W2V_MOST_TILE] __attribute__((aligned(64)));
    for (int64_t k = 0; k < tile->count; k += W2V_GROUP)
        w2v_score_targets(task, tile, k, g + k);
    for (int64_t k = 0; k < tile->count; k++) {
        const int64_t place = tile->first + k - task->first;
        w2v_product(task->extent, tile->to_rows[k], g[k], task->scratch->output_rows[place]);
        w2v_product(task->extent, task->scratch->to_outputs[place], g[k], tile->rows[k]);
    }
}

static void w2v_cbow_tile(w2v_tile_task *task, int64_t number, int64_t first, int64_t last)
{
    w2v_tile tile; /* not initialised: h is large */
    w2v_begin_tile(task, &tile, number, first, last);
    tile.rows = task->scratch->projections;
    w2v_project_tile(task, &tile);
    w2v_begin_errors(task, &tile);
    w2v_score_noise_of(task, &tile);
    w2v_sum_noise(task, &tile);
    for (int64_t i = first; i < last && task->model->divides_error; i++) {
        const int64_t pairs = (int64_t)task->block->left[i] + task->block->right[i];
        w2v_scale(task->extent, tile.to_rows[i - first], w2v_reciprocal(pairs ? pairs : 1));
    }
    w2v_end_tile(task, &tile);
}

/* Write the contributions of task number `number` of a block, and its loss. */
static void w2v_do_block_tiles(const w2v_blocks *all, w2v_block *block, int64_t number,
                               const w2v_block_scratch *scratch)
{
    const w2v_model *model = all->model;
    const int64_t tile = all->rule->tile, stride = model->stride, n = block->n, reach = all->reach;
    const int64_t begin = block->task_tiles[number] * tile;
    const int64_t end = number + 1 < block->tasks ? block->task_tiles[number + 1] * tile : n;
    w2v_tile_task task = {.all = all, .model = model, .block = block, .scratch = scratch, .stride = stride,
                          .extent = w2v_extent(model->size),
                          .begin = begin, .end = end, .cleared = begin, .settled = begin,
                          .settled_inputs = begin ? begin + reach : 0,
                          .errors = all->adds_up ? scratch->own_errors : all->errors,
                          .errors_mask = all->adds_up ? scratch->own_mask : -1,
                          .first = begin > reach ? begin - reach : 0, .last = n - end > reach ? end + reach : n,
                          .share = (float)model->negative / (float)all->rule->draws};
    for (int64_t i = task.first; i < task.last; i++) {
        scratch->input_rows[i - task.first] = w2v_row(model->input_vectors, stride, block->word_ids[i]);
        scratch->output_rows[i - task.first] = w2v_row(model->output_vectors, stride, block->word_ids[i]);
        const int is_own = all->adds_up || block->lone[i] & W2V_LONE_OUTPUT;
        scratch->to_outputs[i - task.first] = i < begin || i >= end ? scratch->ignored_too
                                              : is_own ? scratch->own_outputs + (i & scratch->own_mask) * stride
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
