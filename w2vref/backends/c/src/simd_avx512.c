/* simd_avx512.c - the kernels in vectors of sixteen floats: a block is one register. */
#if defined(__x86_64__)
#include "internal.h"
#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx512f,avx512dq,avx512vl,avx512bw,fma,prfchw"))), apply_to = function)
#else
#pragma GCC push_options
#if defined(W2V_EMULATE_AVX512)
#pragma GCC target("avx2,fma")
#else
/* tune: or the compiler would keep pointers in vector registers, for which it takes the ports of the arithmetic. */
#pragma GCC target("avx512f,avx512dq,avx512vl,avx512bw,fma,prfchw,tune=icelake-server")
#endif
#endif
#define W2V_WIDTH 16
#define W2V_KERNELS w2v_kernels_avx512
#include "kernel/kernels.h"
#if defined(__clang__)
#pragma clang attribute pop
#else
#pragma GCC pop_options
#endif
#endif
