/*
 * row_pass.c - the rows of skip-gram's pairs, read and written once: bench.limits compiles it for the machine at hand.
 *
 * The arithmetic is that of the update, without the sums in the order of the contract; no dots, no sigmoid, no draws.
 */
#include <stdint.h>

#ifdef __AVX512F__
#define LANES 16 /* floats of a vector: the compiler takes wider ones apart by way of memory */
#else
#define LANES 8
#endif
#define LINE 16 /* floats */
#define AHEAD 2 /* pairs */
#define ROWS 6 /* of a pair: a constant, so that the loops over them unroll */

typedef float lanes __attribute__((vector_size(4 * LANES)));

/*
 * contexts: (pairs,), rows: (pairs, ROWS) word ids; inputs and outputs: rows of `stride` floats, aligned to 64, whose
 * first `size` are passed over.
 */
void row_pass(float *inputs, float *outputs, int64_t stride, int64_t size, const int32_t *contexts,
              const int32_t *rows, int64_t pairs)
{
    const float g = 1e-6f;
    for (int64_t pair = 0; pair < pairs; pair++) {
        float *const hidden = inputs + contexts[pair] * stride;
        float *row[ROWS], *coming[ROWS];
        const int32_t *const later = rows + ROWS * (pair + AHEAD < pairs ? pair + AHEAD : pair);
        for (int k = 0; k < ROWS; k++) {
            row[k] = outputs + rows[pair * ROWS + k] * stride;
            coming[k] = outputs + later[k] * stride;
        }
        for (int64_t line = 0; line < size; line += LINE) {
#pragma GCC unroll 8
            for (int k = 0; k < ROWS; k++)
                __builtin_prefetch(coming[k] + line);
            for (int64_t at = line; at < line + LINE && at < size; at += LANES) {
                const lanes h = *(lanes *)(hidden + at);
                lanes error = h;
#pragma GCC unroll 8
                for (int k = 0; k < ROWS; k++) {
                    lanes *const place = (lanes *)(row[k] + at);
                    const lanes old = *place;
                    error += g * old;
                    *place = old + g * h;
                }
                *(lanes *)(hidden + at) = error;
            }
        }
    }
}
