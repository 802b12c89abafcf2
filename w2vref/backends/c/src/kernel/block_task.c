/*
 * block_task.c - what block_pairs.c, block_noise.c and block_tiles.c work on: a task of tiles, and a tile.
 *
 * The letters are those of docs/semantics/block.md: A the input rows of the positions, O their output rows, H the
 * projections of CBOW, N the noise rows of a tile; dA, dO and dN are contributions to them.
 */

/* A task: some tiles of a block, whose positions' contributions it writes. */
typedef struct {
    const w2v_blocks *all;
    const w2v_model *model;
    const w2v_block *block;
    const w2v_block_scratch *scratch;
    int64_t extent, stride; /* see w2v_extent */
    int64_t begin, end;  /* the positions of the task */
    int64_t first, last; /* the positions that its pairs reach */
    int64_t cleared;     /* skip-gram: dO of the positions before this one is set */
    int64_t settled;     /* what the positions before this one add to output rows is settled: see block_settle.c */
    int64_t settled_inputs; /* CBOW: and to input rows, from the first position whose windows are all of this task */
    float *errors;          /* CBOW: E_i is row i & errors_mask */
    int64_t errors_mask;
    float share;         /* negative / draws */
    double loss;
} w2v_tile_task;

/* A tile: its number, and its positions. */
typedef struct {
    int64_t number, first, count;
    float *const *rows;           /* A, or H */
    float weights[W2V_MOST_TILE]; /* what the noise of each position counts for */
    float *noise[W2V_MOST_DRAWS]; /* N */
    float *to_rows[W2V_MOST_TILE], *to_noise[W2V_MOST_DRAWS]; /* dA (CBOW: E), dN */
    int64_t early;    /* skip-gram: noise words whose dots are taken with the pairs of each position: 0 or W2V_GROUP */
    int64_t h_stride; /* draws, rounded up to whole groups */
    float h[W2V_MOST_TILE * W2V_MOST_DRAWS] __attribute__((aligned(64))); /* (count, h_stride) */
} w2v_tile;

/* Return where dA of position i goes, in whose place of a tile's own it would be the k-th. */
W2V_INLINE float *w2v_to_input(const w2v_tile_task *task, int64_t i, int64_t k)
{
    const int is_own = task->all->adds_up || task->block->lone[i] & W2V_LONE_INPUT;
    return is_own ? task->scratch->own_inputs + k * task->stride : task->all->to_inputs + i * task->stride;
}

/* Begin with a tile: where its noise rows are, and where contributions go. */
static void w2v_begin_tile(const w2v_tile_task *task, w2v_tile *tile, int64_t number, int64_t first, int64_t last)
{
    const w2v_blocks *all = task->all;
    const w2v_block *block = task->block;
    const int64_t draws = all->rule->draws, stride = task->stride;
    tile->number = number;
    tile->first = first;
    tile->count = last - first;
    tile->early = task->model->sg && draws >= W2V_GROUP ? W2V_GROUP : 0;
    tile->h_stride = (draws + W2V_GROUP - 1) / W2V_GROUP * W2V_GROUP;
    for (int64_t i = first; i < last; i++)
        tile->to_rows[i - first] = task->model->sg ? w2v_to_input(task, i, i - first)
                                                   : task->errors + (i & task->errors_mask) * stride;
    for (int64_t p = 0; p < draws; p++) {
        const int64_t place = number * draws + p, entry = block->n + place;
        const int is_lone = block->lone[entry];
        tile->noise[p] = w2v_row(task->model->output_vectors, stride, block->noise[place]);
        tile->to_noise[p] = is_lone ? task->scratch->own_noise + p * stride : all->to_outputs + entry * stride;
    }
}

/* Return where the dots of position i of the block with the noise words of its tile go. */
W2V_INLINE float *w2v_h_of(w2v_tile *tile, int64_t i)
{
    return tile->h + (i - tile->first) * tile->h_stride;
}

/*
 * From the dots x of pairs of position i, whose row is `hidden`, to their gradients. The dots of that row with the early
 * noise words of the tile are taken meanwhile: the row is at hand, and the sigmoid leaves time.
 */
W2V_INLINE void w2v_gradients_and_noise(const w2v_tile_task *task, w2v_tile *tile, int64_t i, const float *hidden,
                                        w2v_sums x, const float *labels, float *g)
{
    w2v_dots_in_pieces dots = {.count = W2V_GROUP, .extent = task->extent, .hidden = hidden, .rows = tile->noise};
    w2v_gradients_meanwhile(x, labels, task->block->alpha, g, (w2v_meanwhile){.dots = &dots});
    w2v_store_sums(w2v_h_of(tile, i), w2v_reduce(dots.lanes));
}

/* Set the dots of a position without a pair, whose noise counts for nothing: any number will do, as the late ones. */
W2V_INLINE void w2v_no_early_noise(w2v_tile *tile, int64_t i)
{
    if (tile->early)
        w2v_store_sums(w2v_h_of(tile, i), (w2v_sums){0});
}
