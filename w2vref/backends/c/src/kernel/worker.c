/*
 * worker.c - the scratch memory of one worker, and the plans that it draws ahead.
 */
#include <stdlib.h>

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/asan_interface.h>
#endif

/* Tokens whose neighbours and keys are looked up at a time: what a piece needs stays in the cache. */
#define W2V_PIECE 1024
/*
 * Steps that are planned together. While those of a batch are taken, the rows of the next are known, and the noise of the
 * one after that is drawn: three are at hand, in a ring whose length is a power of two.
 */
#define W2V_BATCH 16
#define W2V_PLANS (4 * W2V_BATCH)
/* How many steps ahead the rows of a step are asked for: one more where a pair is scored while the one before is updated. */
#define W2V_AHEAD (W2V_OVERLAPS ? 3 : 2)

/* A token that subsampling kept. */
typedef struct {
    uint64_t key;
    int32_t word_id;
    int32_t begin, end; /* the kept tokens of its sentence that a window may reach: begin .. end - 1 */
    float alpha;
} w2v_token;

/* One skip-gram pair or CBOW step whose chance is drawn. */
typedef struct {
    int64_t center;     /* a place in w2v_worker.tokens */
    int64_t begin, end; /* CBOW: the window, centre included; skip-gram: begin is the context word's place */
    uint64_t stream;    /* of the centre, what is left of it: the negatives are its next draws */
    float *input;       /* skip-gram: the row of the context word */
    float **rows;       /* (negative + 1,), W2V_PLANS apart: those of the target and of the negatives */
} w2v_plan;

/* A place in a piece: a centre, its window, and what the step that is placed next needs to know. */
typedef struct {
    int64_t center, begin, end;
    int32_t word_id;    /* of the centre */
    uint64_t stream;    /* of the centre, what is left of it */
    int64_t context;    /* skip-gram: the coming context word */
    const float *input; /* skip-gram: the row of the one before */
} w2v_place;

/* The tables that steps change. */
enum w2v_table { W2V_INPUTS, W2V_OUTPUTS, W2V_NODES, W2V_TABLES };

/* A table, and a worker's own copies of its rows first .. first + count - 1: see copies.c. */
typedef struct {
    float *table;
    int64_t first, count;
    float *own, *seen; /* (count, stride) each */
    uint32_t *steps;   /* (count,): that the copy has taken since it was joined, about */
} w2v_copies;

/* The Huffman path of a word: its nodes in groups, each in places for W2V_GROUP. */
typedef struct {
    int64_t word_id, groups; /* word_id -1: none yet */
    int32_t *counts;         /* (groups,): nodes of each group */
    float **rows;            /* (groups, W2V_GROUP) */
    float *labels, *g;       /* the same; g: gradients, or the dots that they are made of */
} w2v_path;

/* A copy that is to be joined soon. */
typedef struct {
    w2v_copies *copies;
    int64_t place;
} w2v_due;

typedef struct {
    const w2v_model *model;
    const w2v_corpus *corpus;
    const w2v_run *run;
    int64_t extent; /* of rows: w2v_extent */
    double loss;
    int64_t effective_words;
    int status; /* of enum w2v_status */

    /* The piece: kept tokens, and the row of each in input_vectors. */
    w2v_token *tokens;
    float **token_rows;
    int64_t first_center, last_center; /* centres are tokens[first_center .. last_center) */

    w2v_place place;          /* where planning stands */
    int64_t step, planned, placed; /* of the piece: the step that is taken, how many are planned, how many placed */
    int64_t asked_center;     /* whose path's rows were asked for last */
    const uint32_t *coming_node, *last_coming; /* of the next centre's path: the node to ask for, and the last one */
    w2v_plan plans[W2V_PLANS]; /* step i is plans[i % W2V_PLANS], here and below */
    float **rows;              /* (negative + 1, W2V_PLANS): of the targets, then of the first negatives, and so on */
    int32_t *words;            /* the same: their words */
    int32_t *distinct;         /* (W2V_PLANS,): not 0 if all words of a step differ */
    int32_t *follows;          /* (W2V_PLANS,): not 0 if it may overlap with the step before: step_rows.c */
    uint32_t *noise;           /* (negative, W2V_BATCH), of the batch that is planned next: the values of r */
    float **step_rows;         /* (negative + 1,): those of one step, where they are not its plan's */
    int fusible; /* a step on at most W2V_GROUP distinct rows may go the short way */
    int on_paths; /* steps are those of path.c or cbow_path.c */
    int on_rings; /* those of path.c, and a group of a path is updated during the sigmoid of another */
    int overlaps; /* skip-gram steps are those of overlap.c */
    int scored;   /* the step that is taken next has been scored: in path.g or pair_g */

    w2v_path path; /* of the centre in hand */
    float **context_rows; /* CBOW: (2 * window,) */
    float *negative_labels; /* (negative + 1,): 1, then 0 */
    float *hidden, *error;  /* (stride,) each */
    float *pair_g; /* (W2V_GROUP,): see overlap.c and late_update.c */
    float *late_hidden; /* (stride,): see late_update.c */
    int is_late; /* the output rows of the step before are still to be updated */

    w2v_copies copies[W2V_TABLES];
    uint32_t most_apart; /* steps after which a copy is joined; 0: there are none */
    w2v_due *due;        /* as many as there are copies */
    int64_t due_count;
    void *memory;
} w2v_worker;

/*
 * Hand out the next `count` elements of an arena, aligned to a cache line; with no arena, only count
 * them. Under AddressSanitizer a forbidden gap follows, so that it sees one array run into the next.
 */
static void *w2v_take(char *arena, size_t *used, size_t count, size_t size)
{
    void *taken = arena ? arena + *used : NULL;
#if defined(__SANITIZE_ADDRESS__)
    const size_t slot = (count * size + 63) / 64 * 64 + 64;
    if (arena)
        ASAN_POISON_MEMORY_REGION(arena + *used + count * size, slot - count * size);
#else
    const size_t slot = (count * size + 63) / 64 * 64;
#endif
    *used += slot;
    return taken;
}

/* Return how many places the nodes of a path need: those of one group more than they fill. */
W2V_INLINE int64_t w2v_path_places(const w2v_model *model)
{
    return (model->longest_code / W2V_GROUP + 2) * W2V_GROUP;
}

static size_t w2v_lay_out(w2v_worker *worker, char *arena, int64_t tokens, int64_t negative)
{
    const w2v_model *model = worker->model;
    const size_t stride = (size_t)model->stride, rows = (size_t)negative + 1;
    const size_t group = W2V_GROUP; /* lists of rows are copied by groups */
    size_t used = 0;
    worker->hidden = w2v_take(arena, &used, stride, sizeof(float));
    worker->error = w2v_take(arena, &used, stride, sizeof(float));
    worker->late_hidden = w2v_take(arena, &used, stride, sizeof(float));
    worker->pair_g = w2v_take(arena, &used, group, sizeof(float));
    const size_t path = (size_t)w2v_path_places(model);
    worker->path.counts = w2v_take(arena, &used, path / W2V_GROUP, sizeof(int32_t));
    worker->path.rows = w2v_take(arena, &used, path, sizeof(float *));
    worker->path.labels = w2v_take(arena, &used, path, sizeof(float));
    worker->path.g = w2v_take(arena, &used, path, sizeof(float));
    worker->context_rows = w2v_take(arena, &used, (size_t)tokens + group, sizeof(float *));
    worker->negative_labels = w2v_take(arena, &used, rows, sizeof(float));
    worker->rows = w2v_take(arena, &used, rows * W2V_PLANS, sizeof(float *));
    worker->words = w2v_take(arena, &used, rows * W2V_PLANS, sizeof(int32_t));
    worker->distinct = w2v_take(arena, &used, W2V_PLANS, sizeof(int32_t));
    worker->follows = w2v_take(arena, &used, W2V_PLANS, sizeof(int32_t));
    worker->noise = w2v_take(arena, &used, rows * W2V_BATCH, sizeof(uint32_t));
    worker->step_rows = w2v_take(arena, &used, rows, sizeof(float *));
    size_t copied = 0;
    for (int i = 0; i < W2V_TABLES; i++) {
        w2v_copies *const copies = &worker->copies[i];
        const size_t count = (size_t)copies->count;
        copies->own = w2v_take(arena, &used, count * stride, sizeof(float));
        copies->seen = w2v_take(arena, &used, count * stride, sizeof(float));
        copies->steps = w2v_take(arena, &used, count, sizeof(uint32_t));
        copied += count;
    }
    worker->due = w2v_take(arena, &used, copied, sizeof(w2v_due));
    worker->tokens = w2v_take(arena, &used, (size_t)tokens, sizeof(w2v_token));
    worker->token_rows = w2v_take(arena, &used, (size_t)tokens + group, sizeof(float *));
    return used;
}

/*
 * Allocate a worker's scratch memory; everything is sized by the model, nothing lives on the stack.
 * tokens: kept tokens of a piece at most. copied: rows, and nodes, that the worker is to have copies of.
 * Returns W2V_OK or W2V_NO_MEMORY.
 */
static int w2v_worker_open(w2v_worker *worker, const w2v_model *model, int64_t tokens, int64_t negative, int64_t copied,
                           int64_t copied_nodes)
{
    *worker = (w2v_worker){.model = model, .extent = w2v_extent(model->size)};
    worker->copies[W2V_INPUTS] = (w2v_copies){.table = model->input_vectors, .count = model->lock_count ? 0 : copied};
    worker->copies[W2V_OUTPUTS] = (w2v_copies){.table = model->output_vectors, .count = negative ? copied : 0};
    worker->copies[W2V_NODES] = (w2v_copies){.table = model->node_vectors, .first = model->vocab_size - copied_nodes,
                                             .count = model->hs ? copied_nodes : 0};
    const size_t bytes = w2v_lay_out(worker, NULL, tokens, negative);
    worker->memory = malloc(bytes + 64);
    if (!worker->memory)
        return W2V_NO_MEMORY;
    w2v_lay_out(worker, (char *)(((uintptr_t)worker->memory + 63) / 64 * 64), tokens, negative);
    worker->path.word_id = -1;
    for (int64_t i = 0; i < w2v_path_places(model); i++)
        worker->path.labels[i] = 0.0f;
    for (int64_t i = 0; i <= negative; i++)
        worker->negative_labels[i] = i == 0 ? 1.0f : 0.0f;
    /* A batch is noted as a whole, and rows are asked for, whether all its steps have been planned or not. */
    memset(worker->words, 0, (size_t)(negative + 1) * W2V_PLANS * sizeof *worker->words);
    memset(worker->noise, 0, (size_t)(negative + 1) * W2V_BATCH * sizeof *worker->noise);
    memset(worker->distinct, 0, W2V_PLANS * sizeof *worker->distinct);
    memset(worker->follows, 0, W2V_PLANS * sizeof *worker->follows);
    for (int64_t i = 0; i < (negative + 1) * W2V_PLANS; i++)
        worker->rows[i] = worker->hidden;
    for (int i = 0; i < W2V_PLANS; i++)
        worker->plans[i] = (w2v_plan){.input = worker->hidden, .rows = worker->rows + i};
    return W2V_OK;
}

static void w2v_worker_close(w2v_worker *worker)
{
    free(worker->memory);
}

/* The factor of an input row's change. */
W2V_INLINE float w2v_lock(const w2v_model *model, int64_t word_id)
{
    return model->locks[model->lock_count == 1 ? 0 : word_id];
}

/* row += factor * error, the product rounded first. */
W2V_INLINE void w2v_add_scaled(int64_t extent, float *row, float factor, const float *error)
{
    for (int64_t at = 0; at < extent; at += W2V_WIDTH)
        w2v_store(row + at, w2v_load(row + at) + w2v_all(factor) * w2v_load(error + at));
}

/* row += error. */
W2V_INLINE void w2v_add(int64_t extent, float *row, const float *error)
{
    for (int64_t at = 0; at < extent; at += W2V_WIDTH)
        w2v_store(row + at, w2v_load(row + at) + w2v_load(error + at));
}

