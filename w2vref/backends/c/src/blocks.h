/*
 * blocks.h - block training as its workers share it.
 *
 *   prepare (any block, by one worker)  ->  tiles of a block (tasks)  ->  apply (tasks)  ->  next block
 *
 * Preparing reads no parameter, so it runs ahead, up to W2V_BLOCKS_AHEAD blocks. Tiles read the parameters
 * and write contributions, apply adds these to the parameters: between the two, and before the next block,
 * all must be done. Tasks are claimed from `work`; who finishes the last one of a phase opens the next.
 * No worker waits for a certain other one to begin something.
 */
#ifndef W2V_BLOCKS_H
#define W2V_BLOCKS_H

#include "internal.h"

/* Tiles, at most, and entries of the list of rows in one task, some 0.1 ms and 0.01. */
#define W2V_TASK_TILES 12
#define W2V_TASK_ENTRIES 128
#define W2V_BLOCKS_AHEAD 4
/* Blocks of no more than so many components in pairs and noise, some 0.05 s, are not left once they are begun. */
#define W2V_MOST_UNSTOPPED 250000000
/* Lists of rows are copied by so many: W2V_GROUP of the kernels. */
#define W2V_LISTED 8
/* Bounds of BlockRule in w2vref/config.py. */
#define W2V_MOST_TILE 64
#define W2V_MOST_DRAWS 128

/*
 * The rows of a position or a noise word that nothing else in the block reads or adds to; and positions of CBOW that may be
 * in a window of another task than their own.
 */
enum { W2V_LONE_INPUT = 1, W2V_LONE_OUTPUT = 2, W2V_CROSSES = 4 };

/* A prepared block. Its n kept tokens are its positions, with numbers from 0. */
struct w2v_block {
    int64_t number;
    int64_t n;
    int64_t tiles;
    int64_t tasks;
    float alpha;
    int32_t *word_ids;   /* (n,) */
    uint64_t *keys;      /* (n,) */
    int32_t *left;       /* (n,): position i has the pairs (i, i - left) .. (i, i - 1) */
    int32_t *right;      /* (n,): and (i, i + 1) .. (i, i + right) */
    int32_t *centers_of; /* (n,): the number of centres whose window has the position */
    int32_t *noise;      /* (tiles, draws): noise words */
    int64_t *weights;    /* (tiles,): what the noise of a tile counts for: its pairs, or steps of CBOW */
    /* (n + tiles * draws,): word id in the upper half; in the lower, a position i, or n + a place in noise.
     * Sorted: for each row what is added to it, in order; without those of lone rows, `shared` are left. */
    uint64_t *entries, *spare;
    int64_t shared;
    uint8_t *lone;  /* (n + tiles * draws,), as entries count: W2V_LONE_*, the steps that the tile takes itself; W2V_CROSSES */
    int32_t *sums;  /* (n + 1,), if tiles add up: the number of a position's word among shared ones, ~number for its first */
    int32_t *task_tiles; /* (tasks + 1,): the first tile of each task, and the number of tiles */
    double *losses;      /* (tiles,) */
    int bad_word;   /* a word id outside the vocabulary was found */
    int arrived;    /* of two: the block is prepared; the block before it is applied */
};

struct w2v_blocks {
    const w2v_model *model;
    const w2v_corpus *corpus;
    const w2v_run *run;
    const w2v_block_rule *rule;
    int64_t room;  /* positions of a block at most */
    int64_t reach; /* neighbours of a position on one side at most */
    int64_t most_task_tiles;
    int takes_lone_steps; /* tiles change parameters: a block that is begun is finished */
    int adds_up;          /* one task for all tiles of a block: it adds up what positions add to shared rows */

    w2v_block blocks[W2V_BLOCKS_AHEAD]; /* block k is blocks[k % W2V_BLOCKS_AHEAD] */
    /* Contributions of the block that is worked on. If tiles add up, the first rows of both are the sums over all positions of
     * a word instead: few rows, which stay in the cache. */
    float *to_inputs;  /* (room, stride) */
    float *to_outputs; /* (n + tiles * draws, stride): for the positions, then for the noise, as entries count them */
    float *errors;     /* (room, stride): E of CBOW's positions, if tiles do not add up */

    /* Each on a cache line of its own. */
    uint64_t work __attribute__((aligned(64))); /* see blocks.c, phases */
    int64_t done __attribute__((aligned(64)));  /* finished tasks of the phase */
    int64_t next_prepared __attribute__((aligned(64)));
    int64_t applied; /* blocks before this one are done with */
    int finished;
    int abandoned; /* a task of this phase was skipped because of a stop */

    int64_t nanoseconds[3] __attribute__((aligned(64))); /* see w2v_blocks_times */
    int status;                                          /* of enum w2v_status */
    w2v_result result;
    void *memory;
};

/* The scratch memory of one worker. */
struct w2v_block_scratch {
    float *row, *ignored, *ignored_too, *zeros; /* (stride,) each */
    float **projections;                        /* (tile,): CBOW: rows (stride,), the projections of a tile */
    /* Contributions that the tile takes on itself, (stride,) each: of its positions and noise, and to the output rows of
     * the last positions, as many as a power of two that holds a tile with all its neighbours. CBOW: E of as many, too. */
    float *own_inputs, *own_noise, *own_outputs, *own_errors;
    int64_t own_mask;
    /* Of the neighbours of two centres, whole groups of them: O, dO, and dots. CBOW has the first alone: A of a window,
     * or E of the windows that a position is in. */
    float **neighbours[2], **to_neighbours[2], *dots[2];
    /* For each position that a task reaches, its own and up to `reach` on both sides: A, O and dO. A group may be read from each. */
    float **input_rows, **output_rows, **to_outputs;
    void *memory;
};

#endif
