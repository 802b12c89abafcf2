/*
 * kernels.h - all kernels of one instruction set, and the table that simd.c calls them by.
 *
 * Included once by each src/simd_*.c, which sets the compiler's target, W2V_WIDTH, and W2V_KERNELS,
 * the name of the table. Everything else here is static.
 */
#include <string.h>

#include "blocks.h"
#include "lanes.h"

#include "kernel/draws.c"
#include "kernel/sampling.c"
#include "kernel/initial_rows.c"
#include "kernel/worker.c"
#include "kernel/sums.c"
#include "kernel/passes.c"
#include "kernel/meanwhile.c"
#include "kernel/sigmoid.c"
#include "kernel/objectives.c"
#include "kernel/rows.c"
#include "kernel/copies.c"
#include "kernel/step_rows.c"
#include "kernel/path_rows.c"
#include "kernel/path_groups.c"
#include "kernel/plan.c"
#include "kernel/negative_sampling.c"
#include "kernel/skipgram.c"
#include "kernel/overlap.c"
#include "kernel/late_update.c"
#include "kernel/path.c"
#include "kernel/cbow.c"
#include "kernel/cbow_path.c"
#include "kernel/pairs.c"
#include "kernel/score.c"
#include "kernel/epoch.c"
#include "kernel/block_plan.c"
#include "kernel/block_steps.c"
#include "kernel/block_task.c"
#include "kernel/block_asks.c"
#include "kernel/block_pairs.c"
#include "kernel/block_noise.c"
#include "kernel/block_settle.c"
#include "kernel/block_tiles.c"
#include "kernel/block_apply.c"

const w2v_kernels W2V_KERNELS = {
    .train = w2v_do_train,
    .score = w2v_do_score,
    .train_sg_pair = w2v_do_train_sg_pair,
    .train_cbow_pair = w2v_do_train_cbow_pair,
    .score_pair = w2v_do_score_pair,
    .initial_rows = w2v_do_initial_rows,
    .block_prepare = w2v_do_block_prepare,
    .block_tiles = w2v_do_block_tiles,
    .block_apply = w2v_do_block_apply,
};
