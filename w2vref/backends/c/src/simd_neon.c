/* simd_neon.c - the kernels in vectors of four floats on Arm, where NEON is part of the architecture. */
#if defined(__aarch64__)
#define W2V_WIDTH 4
#define W2V_KERNELS w2v_kernels_neon
#include "kernel/kernels.h"
#endif
