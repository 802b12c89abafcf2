/* simd_baseline.c - the kernels in vectors of four floats: SSE2 on x86-64, and any other processor. */
#define W2V_WIDTH 4
#define W2V_KERNELS w2v_kernels_baseline
#include "kernel/kernels.h"
