/*
 * w2vref.h - the public header of the C backend, and the declarations that _build.py hands to cffi.
 *
 * cffi reads this file without its preprocessor lines and comments, so there are no macros here.
 * Every array is owned by the caller; nothing is kept after a call returns.
 */
#ifndef W2VREF_H
#define W2VREF_H

#include <stdint.h>

/* ---- simd.c: the instruction sets ---------------------------------------------------------- */

enum w2v_simd { W2V_BASELINE = 0, W2V_AVX2 = 1, W2V_AVX512 = 2, W2V_NEON = 3 };

/*
 * Tell whether this build has kernels for an instruction set and this processor can run them.
 * simd: one of enum w2v_simd. Returns 1 or 0 (0 for any other number).
 */
int w2v_simd_available(int simd);

#endif
