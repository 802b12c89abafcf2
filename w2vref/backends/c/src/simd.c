/* simd.c - which instruction sets this build and this processor have. */
#include "w2vref.h"

int w2v_simd_available(int simd)
{
    switch (simd) {
    case W2V_BASELINE:
        return 1;
#if defined(__x86_64__)
    case W2V_AVX2:
        return __builtin_cpu_supports("avx2") != 0;
    case W2V_AVX512:
        return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
               __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512bw");
#elif defined(__aarch64__)
    case W2V_NEON:
        return 1;
#endif
    default:
        return 0;
    }
}
