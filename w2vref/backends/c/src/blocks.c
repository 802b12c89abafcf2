/*
 * blocks.c - block training: its memory, and who works on what.
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>
#if defined(_WIN32)
#include <windows.h>
#else
#include <sched.h>
#endif

#include "blocks.h"

#define W2V_TASK_BITS 24
#define W2V_TASK_MASK (((uint64_t)1 << W2V_TASK_BITS) - 1)

enum w2v_phase { W2V_TILES = 0, W2V_APPLY = 1 };

static int64_t w2v_ceiling(int64_t count, int64_t divisor)
{
    return (count + divisor - 1) / divisor;
}

static void *w2v_part(char *memory, size_t *used, int64_t count, size_t size)
{
    void *part = memory ? memory + *used : NULL;
    *used += ((size_t)count * size + 63) / 64 * 64;
    return part;
}

/* Hand out memory to all arrays of the blocks; with NULL, only count it. */
static size_t w2v_lay_out_blocks(w2v_blocks *all, char *memory)
{
    const int64_t room = all->room, tiles = w2v_ceiling(room, all->rule->tile);
    const int64_t entries = room + tiles * all->rule->draws;
    size_t used = 0;
    for (int i = 0; i < W2V_BLOCKS_AHEAD; i++) {
        w2v_block *block = &all->blocks[i];
        block->word_ids = w2v_part(memory, &used, room, sizeof(int32_t));
        block->keys = w2v_part(memory, &used, room, sizeof(uint64_t));
        block->left = w2v_part(memory, &used, room, sizeof(int32_t));
        block->right = w2v_part(memory, &used, room, sizeof(int32_t));
        block->centers_of = w2v_part(memory, &used, room + 1, sizeof(int32_t));
        block->noise = w2v_part(memory, &used, tiles * all->rule->draws, sizeof(int32_t));
        block->weights = w2v_part(memory, &used, tiles, sizeof(int64_t));
        block->entries = w2v_part(memory, &used, entries, sizeof(uint64_t));
        block->spare = w2v_part(memory, &used, entries, sizeof(uint64_t));
        block->lone = w2v_part(memory, &used, entries, sizeof(uint8_t));
        block->sums = w2v_part(memory, &used, room + 1, sizeof(int32_t));
        block->task_tiles = w2v_part(memory, &used, tiles + 2, sizeof(int32_t));
        block->losses = w2v_part(memory, &used, tiles, sizeof(double));
    }
    return used;
}

static void *w2v_aligned(void *memory)
{
    return (void *)(((uintptr_t)memory + 63) / 64 * 64);
}

void w2v_blocks_free(w2v_blocks *all)
{
    if (!all)
        return;
    free(all->memory);
    free(all);
}

w2v_blocks *w2v_blocks_new(const w2v_model *model, const w2v_corpus *corpus, const w2v_run *run,
                           const w2v_block_rule *rule)
{
    w2v_blocks *all = calloc(1, sizeof *all);
    if (!all)
        return NULL;
    all->model = model;
    all->corpus = corpus;
    all->run = run;
    all->rule = rule;
    all->room = rule->room;
    all->reach = model->window < rule->room ? model->window : rule->room;
    all->takes_lone_steps = all->room * model->stride * (model->window + rule->draws) < W2V_MOST_UNSTOPPED;
    all->most_task_tiles = W2V_TASK_TILES;
    const int is_one_task = rule->workers == 1 && all->takes_lone_steps;
    all->adds_up = is_one_task;
    if (is_one_task)
        all->most_task_tiles += w2v_ceiling(rule->room, rule->tile); /* all of any block */
    all->to_inputs = rule->contributions;
    all->to_outputs = all->to_inputs + all->room * model->stride;
    all->errors = all->to_outputs + (all->room + w2v_ceiling(all->room, rule->tile) * rule->draws) * model->stride;
    all->memory = malloc(w2v_lay_out_blocks(all, NULL) + 64);
    if (!all->memory) {
        w2v_blocks_free(all);
        return NULL;
    }
    w2v_lay_out_blocks(all, w2v_aligned(all->memory));
    all->finished = rule->blocks == 0;
    all->blocks[0].arrived = 1; /* nothing stands before the first block */
    return all;
}

void w2v_blocks_times(const w2v_blocks *all, int64_t *figures)
{
    memcpy(figures, all->nanoseconds, sizeof all->nanoseconds);
    figures[3] = all->applied;
}

void w2v_blocks_result(const w2v_blocks *all, w2v_result *result)
{
    *result = all->result;
}

/* ---- phases ----------------------------------------------------------------------------------
 * `work` holds the number of the phase, 2 * block + (tiles or apply), and how many of its tasks are not
 * claimed yet, in one number: a worker that was asleep cannot claim a task of a phase that is over. */

static int64_t w2v_tasks(const w2v_blocks *all, int64_t phase)
{
    const w2v_block *block = &all->blocks[phase / 2 % W2V_BLOCKS_AHEAD];
    if (phase % 2 == W2V_TILES)
        return block->tasks;
    const int64_t tasks = w2v_ceiling(block->shared, W2V_TASK_ENTRIES);
    return tasks ? tasks : 1; /* a block that shares no row has this phase, too */
}

static void w2v_open(w2v_blocks *all, int64_t phase)
{
    __atomic_store_n(&all->done, 0, __ATOMIC_RELAXED);
    __atomic_store_n(&all->work, (uint64_t)phase << W2V_TASK_BITS | (uint64_t)w2v_tasks(all, phase),
                     __ATOMIC_RELEASE);
}

static void w2v_finish(w2v_blocks *all)
{
    __atomic_store_n(&all->finished, 1, __ATOMIC_RELEASE);
}

/* One of the two things that a block waits for has happened: who brings the second opens the block. */
static void w2v_arrive(w2v_blocks *all, int64_t number)
{
    w2v_block *block = &all->blocks[number % W2V_BLOCKS_AHEAD];
    if (__atomic_add_fetch(&block->arrived, 1, __ATOMIC_ACQ_REL) < 2)
        return;
    block->arrived = 0;
    if (__atomic_load_n(all->run->stop, __ATOMIC_ACQUIRE)) {
        w2v_finish(all);
    } else if (block->bad_word) {
        all->status = W2V_BAD_WORD_ID;
        w2v_finish(all);
    } else {
        w2v_open(all, 2 * number + W2V_TILES);
    }
}

/* All tasks of a phase are done. */
static void w2v_end_phase(w2v_blocks *all, int64_t phase)
{
    const int64_t number = phase / 2;
    const w2v_block *block = &all->blocks[number % W2V_BLOCKS_AHEAD];
    if (phase % 2 == W2V_TILES) {
        if (__atomic_load_n(&all->abandoned, __ATOMIC_RELAXED))
            w2v_finish(all); /* nothing was applied: training stands before this block */
        else
            w2v_open(all, phase + 1);
        return;
    }
    all->result.effective_words += block->n;
    if (all->run->compute_loss)
        for (int64_t k = 0; k < block->tiles; k++)
            all->result.loss += block->losses[k]; /* in order: the same for any number of workers */
    __atomic_store_n(all->run->next_token, all->rule->bounds[number + 1], __ATOMIC_RELAXED);
    __atomic_store_n(&all->applied, number + 1, __ATOMIC_RELEASE);
    if (number + 1 == all->rule->blocks)
        w2v_finish(all);
    else
        w2v_arrive(all, number + 1);
}

/* Claim a block to prepare; -1: none. */
static int64_t w2v_claim_block(w2v_blocks *all)
{
    int64_t number = __atomic_load_n(&all->next_prepared, __ATOMIC_RELAXED);
    while (number < all->rule->blocks &&
           number < __atomic_load_n(&all->applied, __ATOMIC_ACQUIRE) + W2V_BLOCKS_AHEAD)
        if (__atomic_compare_exchange_n(&all->next_prepared, &number, number + 1, 0, __ATOMIC_ACQ_REL,
                                        __ATOMIC_RELAXED))
            return number;
    return -1;
}

/* ---- waiting -------------------------------------------------------------------------------- */

/* Some 0.05 ms, about a task, before the first nap: a nap takes longer than it is asked for. */
#define W2V_SPINS 200
#define W2V_YIELDS 100
#define W2V_NAP_NANOSECONDS 20000

/*
 * Wait a little, the `turn`-th time in a row. Spinning alone would hold a core that the worker waited for
 * may need; asleep, the system can bring that worker here.
 */
static void w2v_wait(int64_t turn)
{
    if (turn < W2V_SPINS) {
#if defined(__x86_64__)
        _mm_pause();
#elif defined(__aarch64__)
        __asm__ volatile("yield");
#endif
        return;
    }
#if defined(_WIN32)
    Sleep(turn < W2V_SPINS + W2V_YIELDS ? 0 : 1);
#else
    if (turn < W2V_SPINS + W2V_YIELDS) {
        sched_yield();
    } else {
        const struct timespec nap = {0, W2V_NAP_NANOSECONDS};
        nanosleep(&nap, NULL);
    }
#endif
}

static int64_t w2v_now(void)
{
    struct timespec now;
    timespec_get(&now, TIME_UTC);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* ---- one worker ----------------------------------------------------------------------------- */

static void w2v_do_task(const w2v_kernels *kernels, w2v_blocks *all, int64_t phase, int64_t task,
                        const w2v_block_scratch *scratch)
{
    w2v_block *block = &all->blocks[phase / 2 % W2V_BLOCKS_AHEAD];
    /* Looked up now: once this task is counted as done, others may end the phase and reuse the block. */
    const int64_t tasks = w2v_tasks(all, phase);
    task = tasks - 1 - task; /* `work` counts down, tasks are taken from the first on, as memory is best read */
    if (phase % 2 == W2V_APPLY)
        kernels->block_apply(all, block, task, scratch);
    else if (!all->takes_lone_steps && __atomic_load_n(all->run->stop, __ATOMIC_RELAXED))
        __atomic_store_n(&all->abandoned, 1, __ATOMIC_RELAXED);
    else
        kernels->block_tiles(all, block, task, scratch);
    if (__atomic_add_fetch(&all->done, 1, __ATOMIC_ACQ_REL) == tasks)
        w2v_end_phase(all, phase);
}

static void w2v_work_on_blocks(const w2v_kernels *kernels, w2v_blocks *all, const w2v_block_scratch *scratch,
                               int64_t *nanoseconds)
{
    int64_t turn = 0;
    for (;;) {
        const int64_t start = w2v_now();
        uint64_t work = __atomic_load_n(&all->work, __ATOMIC_ACQUIRE);
        int64_t number;
        if (work & W2V_TASK_MASK) {
            if (__atomic_compare_exchange_n(&all->work, &work, work - 1, 0, __ATOMIC_ACQ_REL, __ATOMIC_RELAXED)) {
                const int64_t phase = (int64_t)(work >> W2V_TASK_BITS);
                w2v_do_task(kernels, all, phase, (int64_t)(work & W2V_TASK_MASK) - 1, scratch);
                nanoseconds[1 + phase % 2] += w2v_now() - start;
            }
            turn = 0;
        } else if (__atomic_load_n(&all->finished, __ATOMIC_ACQUIRE)) {
            return;
        } else if ((number = w2v_claim_block(all)) >= 0) {
            kernels->block_prepare(all, &all->blocks[number % W2V_BLOCKS_AHEAD], number);
            nanoseconds[0] += w2v_now() - start;
            w2v_arrive(all, number);
            turn = 0;
        } else {
            w2v_wait(turn++);
        }
    }
}

/* Hand out memory to a worker's scratch; with NULL, only count it. */
static size_t w2v_lay_out_scratch(const w2v_blocks *all, w2v_block_scratch *scratch, char *memory)
{
    const int64_t stride = all->model->stride, tile = all->rule->tile;
    const int64_t reached = all->most_task_tiles * tile + 2 * all->reach;
    size_t used = 0;
    for (scratch->own_mask = 1; scratch->own_mask < tile + 2 * all->reach; scratch->own_mask *= 2) {
    }
    scratch->own_inputs = w2v_part(memory, &used, tile * stride, sizeof(float));
    scratch->own_noise = w2v_part(memory, &used, all->rule->draws * stride, sizeof(float));
    scratch->own_outputs = w2v_part(memory, &used, scratch->own_mask * stride, sizeof(float));
    scratch->own_errors =
        w2v_part(memory, &used, all->adds_up && !all->model->sg ? scratch->own_mask * stride : 0, sizeof(float));
    scratch->own_mask--;
    scratch->row = w2v_part(memory, &used, stride, sizeof(float));
    scratch->ignored = w2v_part(memory, &used, stride, sizeof(float));
    scratch->ignored_too = w2v_part(memory, &used, stride, sizeof(float));
    scratch->zeros = w2v_part(memory, &used, stride, sizeof(float));
    float *const projections = w2v_part(memory, &used, all->model->sg ? 0 : tile * stride, sizeof(float));
    scratch->projections = w2v_part(memory, &used, tile, sizeof(float *));
    for (int k = 0; k < 2; k++) {
        scratch->neighbours[k] = w2v_part(memory, &used, 2 * all->reach + W2V_LISTED, sizeof(float *));
        scratch->to_neighbours[k] = w2v_part(memory, &used, 2 * all->reach + W2V_LISTED, sizeof(float *));
        scratch->dots[k] = w2v_part(memory, &used, 2 * all->reach + W2V_LISTED, sizeof(float));
    }
    scratch->input_rows = w2v_part(memory, &used, reached + W2V_LISTED, sizeof(float *));
    scratch->output_rows = w2v_part(memory, &used, reached + W2V_LISTED, sizeof(float *));
    scratch->to_outputs = w2v_part(memory, &used, reached + W2V_LISTED, sizeof(float *));
    for (int64_t i = 0; memory && i < tile; i++)
        scratch->projections[i] = projections + i * stride;
    return used;
}

int w2v_blocks_train(int simd, w2v_blocks *all)
{
    w2v_block_scratch scratch;
    scratch.memory = malloc(w2v_lay_out_scratch(all, &scratch, NULL) + 64);
    if (!scratch.memory)
        return W2V_NO_MEMORY;
    w2v_lay_out_scratch(all, &scratch, w2v_aligned(scratch.memory));
    memset(scratch.row, 0, (size_t)(4 * all->model->stride) * sizeof(float));
    const w2v_float_mode mode = w2v_enter_ieee();
    int64_t nanoseconds[3] = {0};
    w2v_work_on_blocks(w2v_kernels_of(simd), all, &scratch, nanoseconds);
    for (int i = 0; i < 3; i++)
        __atomic_fetch_add(&all->nanoseconds[i], nanoseconds[i], __ATOMIC_RELAXED);
    w2v_leave_ieee(mode);
    free(scratch.memory);
    return all->status;
}
