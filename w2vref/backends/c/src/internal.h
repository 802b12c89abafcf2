/* internal.h - what the C files share and the public header does not show. */
#ifndef W2V_INTERNAL_H
#define W2V_INTERNAL_H

#include <stddef.h>

#include "w2vref.h"

#if defined(__x86_64__)
#include <immintrin.h>
#elif defined(__aarch64__)
#include <arm_neon.h>
#endif

#define W2V_INLINE static inline __attribute__((always_inline))
#define W2V_NOINLINE static __attribute__((noinline))
#define W2V_LIKELY(condition) __builtin_expect(!!(condition), 1)
#define W2V_UNLIKELY(condition) __builtin_expect(!!(condition), 0)

/* Floats in one block of the dot product (LANES of w2vref/records.py). */
#define W2V_BLOCK 16

/* A block of block training, and the scratch memory of a worker on it: see blocks.h. */
typedef struct w2v_block w2v_block;
typedef struct w2v_block_scratch w2v_block_scratch;

/* The kernels of one instruction set. */
typedef struct {
    int (*train)(const w2v_model *, const w2v_corpus *, const w2v_run *, w2v_result *);
    int (*score)(const w2v_model *, const w2v_corpus *, const int32_t *, int64_t *, double *);
    int (*train_sg_pair)(const w2v_model *, int64_t, int64_t, const int64_t *, int64_t, float, int, int,
                         float *, double *);
    int (*train_cbow_pair)(const w2v_model *, const int64_t *, int64_t, const float *, int64_t,
                           const int64_t *, int64_t, float, int, int, float *, double *);
    double (*score_pair)(const w2v_model *, const float *, int64_t);
    void (*initial_rows)(const uint64_t *, int64_t, int64_t, int64_t, float *);
    void (*block_prepare)(const w2v_blocks *, w2v_block *, int64_t);
    void (*block_tiles)(const w2v_blocks *, w2v_block *, int64_t, const w2v_block_scratch *);
    void (*block_apply)(const w2v_blocks *, const w2v_block *, int64_t, const w2v_block_scratch *);
} w2v_kernels;

/* Return the kernels of an available instruction set (enum w2v_simd). */
const w2v_kernels *w2v_kernels_of(int simd);

extern const w2v_kernels w2v_kernels_baseline;
#if defined(__x86_64__)
extern const w2v_kernels w2v_kernels_avx2;
extern const w2v_kernels w2v_kernels_avx512;
#elif defined(__aarch64__)
extern const w2v_kernels w2v_kernels_neon;
#endif

/* ---- the floating-point mode -----------------------------------------------------------------
 * Some libraries switch a thread, or by -ffast-math a whole process, to flush denormal numbers to
 * zero. The contract needs IEEE arithmetic: every entry sets the mode and restores what it found. */

#if defined(__x86_64__)
typedef unsigned int w2v_float_mode;
/* All exceptions masked, rounding to nearest, neither flush-to-zero nor denormals-are-zero. */
#define W2V_IEEE_MODE 0x1F80u

W2V_INLINE w2v_float_mode w2v_enter_ieee(void)
{
    w2v_float_mode found = _mm_getcsr();
    _mm_setcsr(W2V_IEEE_MODE);
    return found;
}

W2V_INLINE void w2v_leave_ieee(w2v_float_mode found)
{
    _mm_setcsr(found);
}
#elif defined(__aarch64__)
typedef uint64_t w2v_float_mode;

W2V_INLINE w2v_float_mode w2v_enter_ieee(void)
{
    w2v_float_mode found;
    __asm__ volatile("mrs %0, fpcr" : "=r"(found));
    __asm__ volatile("msr fpcr, %0" : : "r"((uint64_t)0) : "memory");
    return found;
}

W2V_INLINE void w2v_leave_ieee(w2v_float_mode found)
{
    __asm__ volatile("msr fpcr, %0" : : "r"(found) : "memory");
}
#else
#include <fenv.h>
typedef fenv_t w2v_float_mode;

W2V_INLINE w2v_float_mode w2v_enter_ieee(void)
{
    w2v_float_mode found;
    fegetenv(&found);
    fesetenv(FE_DFL_ENV);
    return found;
}

W2V_INLINE void w2v_leave_ieee(w2v_float_mode found)
{
    fesetenv(&found);
}
#endif

#endif
