/*
 * simd_avx2.c - the kernels in vectors of eight floats. FMA, which processors with AVX2 have but for some of VIA's, is used
 * where a product is exact (w2v_add_exact_product), and nowhere else: it would round once for two. PREFETCHW, which the oldest
 * processors with AVX2 do not have, does nothing there.
 */
#if defined(__x86_64__)
#include "internal.h"
#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx2,fma,prfchw"))), apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("avx2,fma,prfchw")
#endif
#define W2V_WIDTH 8
#define W2V_KERNELS w2v_kernels_avx2
#include "kernel/kernels.h"
#if defined(__clang__)
#pragma clang attribute pop
#else
#pragma GCC pop_options
#endif
#endif
