/*
 * meanwhile.c - work that is done a piece at a time between the parts of a sigmoid.
 *
 * Each part waits for the one before. What stands behind a sigmoid in the program waits as well: instructions leave the
 * processor in order, even if they are done, and those that are not done take places in its list of waiting ones, which
 * is short. What stands between the parts is done while these wait.
 */

/* Draws of noise, one at a time. */
typedef struct {
    const w2v_model *model;
    uint64_t stream; /* of which the next draws are taken */
    uint32_t *r;     /* their values, W2V_BATCH apart */
    int count, next; /* of draws: constants, once all is in line */
} w2v_draws;

/* The dots of w2v_dots, a quarter at a time. */
#define W2V_PIECES 4
typedef struct {
    int count, next; /* of rows; of pieces: constants, once all is in line */
    int64_t extent, at;
    const float *hidden;
    float *const *rows;
    w2v_vec lanes[W2V_GROUP][W2V_PARTS];
} w2v_dots_in_pieces;

/* The update of rows 1 .. count - 1 and of hidden, in blocks; W2V_OVERLAPS. */
typedef struct {
    int count; /* of rows: a constant, once all is in line */
    int64_t extent;
    float *hidden;
    const float *error; /* what row 0, whose update is done, adds to hidden */
    float *const *rows;
    const w2v_vec *g;
    w2v_asked asked;
} w2v_update_in_blocks;

/* The update of rows whose error is taken already, in blocks; W2V_OVERLAPS. */
typedef struct {
    int count; /* of rows: a constant, once all is in line */
    int64_t extent;
    const float *hidden;
    float *const *rows;
    const w2v_vec *g;
    w2v_asked asked;
} w2v_late_update;

/* A pair whose Huffman path is updated, and the one whose dots are taken on the way. */
typedef struct {
    int64_t extent;
    const float *hidden;
    const float *next;  /* the coming hidden, another row; NULL: there is none */
    float *error;       /* what the groups before add to hidden */
    float *input;       /* of the last group: hidden, to which the error is added; NULL: the error is kept */
    const float *asked; /* a row that is asked for on the way */
} w2v_path_pair;

/* The update of a group of its path, in blocks; path_groups.c. */
typedef struct {
    w2v_path_pair pair;
    int count, is_first, scores; /* of rows; the error begins at 0; dots are taken: constants, once all is in line */
    float *const *rows;
    const w2v_vec *g;
    w2v_vec *dots; /* (count,): the lanes of one part */
} w2v_path_update;

/* What is done: one of the first two, or nothing, and one of the others, or nothing. */
typedef struct {
    w2v_draws *draws;
    w2v_dots_in_pieces *dots;
    w2v_update_in_blocks *update;
    w2v_late_update *late;
    w2v_path_update *path;
} w2v_meanwhile;

/* Take the next draw. */
W2V_INLINE void w2v_draw_next(w2v_draws *draws)
{
    draws->stream += W2V_GAMMA;
    draws->r[draws->next++ * W2V_BATCH] = w2v_noise_value(draws->model, w2v_mix64(draws->stream));
}

/* Take the next piece of dots: some blocks of one part of each. */
W2V_INLINE void w2v_next_piece(w2v_dots_in_pieces *dots)
{
    const int slices = W2V_PIECES / W2V_PARTS, part = dots->next / slices, slice = dots->next % slices;
    const int64_t first = part * W2V_WIDTH, blocks = (slice + 1) * dots->extent / slices / W2V_BLOCK;
    const int64_t end = slice + 1 == slices ? dots->extent : first + blocks * W2V_BLOCK;
    if (slice == 0) {
        const w2v_vec h = w2v_load(dots->hidden + first);
#pragma GCC unroll 8
        for (int i = 0; i < W2V_GROUP; i++)
            if (i < dots->count)
                dots->lanes[i][part] = h * w2v_load(dots->rows[i] + first);
            else
                dots->lanes[i][part] = w2v_all(0.0f);
        dots->at = first + W2V_BLOCK;
    }
    int64_t at = dots->at;
#pragma GCC unroll 1
    for (; at < end; at += W2V_BLOCK) {
        const w2v_vec h = w2v_load(dots->hidden + at);
#pragma GCC unroll 8
        for (int i = 0; i < dots->count; i++)
            dots->lanes[i][part] += h * w2v_load(dots->rows[i] + at);
    }
    dots->at = at;
    dots->next++;
}

/* Update the sixteen components from `at`. */
W2V_INLINE void w2v_update_block(const w2v_update_in_blocks *update, int64_t at)
{
    w2v_ask_on_the_way(&update->asked, at);
    const w2v_vec h = w2v_load(update->hidden + at);
    const w2v_vec error = w2v_load(update->error + at);
    w2v_store(update->hidden + at,
              h + w2v_update(update->count - 1, at, h, update->rows + 1, update->g + 1, error, 1));
}

/* Update the sixteen components from `at` of rows that were left for later. */
W2V_INLINE void w2v_update_late_block(const w2v_late_update *late, int64_t at)
{
    const w2v_vec h = w2v_load(late->hidden + at);
    w2v_ask_on_the_way(&late->asked, at);
#pragma GCC unroll 8
    for (int i = 0; i < late->count; i++)
        w2v_store(late->rows[i] + at, w2v_load(late->rows[i] + at) + late->g[i] * h);
}

/* Update W2V_WIDTH components, from `at`, of a group of a path, and take them into the dots. */
W2V_INLINE void w2v_update_path_at(const w2v_path_update *update, int64_t at)
{
    const w2v_vec a = w2v_load(update->pair.hidden + at);
    const w2v_vec next = update->scores ? w2v_load(update->pair.next + at) : a;
    w2v_vec error = update->is_first ? w2v_all(0.0f) : w2v_load(update->pair.error + at);
#pragma GCC unroll 8
    for (int i = 0; i < update->count; i++) {
        w2v_vec row = w2v_load(update->rows[i] + at);
        error += update->g[i] * row;
        row += update->g[i] * a;
        w2v_store(update->rows[i] + at, row);
        if (update->scores)
            update->dots[i] += next * row;
    }
    if (update->pair.input)
        w2v_store(update->pair.input + at, a + error);
    else
        w2v_store(update->pair.error + at, error);
}

/* Parts of a sigmoid: behind each a draw may be taken and a block updated, behind some there may be a piece of dots. */
#define W2V_SIGMOID_PARTS 7
_Static_assert(W2V_SIGMOID_PARTS >= W2V_GROUP - 1, "there must be a part for each draw of a step");
#define W2V_HAS_PIECE(k) ((k) == 1 || (k) == 2 || (k) == 3 || (k) == 5)

/* Return the value of part k (0 .. 6), and do a piece of work in this place of the program. */
W2V_INLINE w2v_sum w2v_then(int k, w2v_sum value, w2v_meanwhile work)
{
    if (work.draws && work.draws->next < work.draws->count) {
        W2V_IN_ORDER(value, work.draws->stream);
        w2v_draw_next(work.draws);
    }
    if (work.update && k * W2V_BLOCK < work.update->extent) {
        W2V_IN_ORDER(value, work.update->hidden);
        w2v_update_block(work.update, k * W2V_BLOCK);
    }
    if (work.late && k * W2V_BLOCK < work.late->extent) {
        W2V_IN_ORDER(value, work.late->hidden);
        w2v_update_late_block(work.late, k * W2V_BLOCK);
    }
    if (work.path && k * W2V_BLOCK < work.path->pair.extent) {
        W2V_IN_ORDER(value, work.path->pair.hidden);
        w2v_ask(work.path->pair.asked + k * W2V_BLOCK);
        w2v_update_path_at(work.path, k * W2V_BLOCK);
    }
    if (work.dots && W2V_HAS_PIECE(k) && work.dots->next < W2V_PIECES) {
        W2V_IN_ORDER(value, work.dots->at);
        w2v_next_piece(work.dots);
    }
    return value;
}
