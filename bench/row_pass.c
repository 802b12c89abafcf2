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
#define AHEAD 4 /* pairs */
#define MOST_ROWS 8

typedef float lanes __attribute__((vector_size(4 * LANES)));

/* contexts: (pairs,), rows: (pairs, count) word ids; inputs and outputs: rows of `stride` floats, aligned to 64. */
void row_pass(float *inputs, float *outputs, int64_t stride, const int32_t *contexts, const int32_t *rows,
              int64_t pairs, int64_t count)
{
    const float g = 1e-6f;
    for (int64_t pair = 0; pair < pairs; pair++) {
        float *const hidden = inputs + contexts[pair] * stride;
        float *row[MOST_ROWS], *coming[MOST_ROWS];
        const int32_t *const later = rows + count * (pair + AHEAD < pairs ? pair + AHEAD : pair);
        for (int64_t k = 0; k < count; k++) {
            row[k] = outputs + rows[pair * count + k] * stride;
            coming[k] = outputs + later[k] * stride;
        }
        for (int64_t line = 0; line < stride; line += LINE) {
            for (int64_t at = line; at < line + LINE; at += LANES) {
                const lanes h = *(lanes *)(hidden + at);
                lanes error = h;
                for (int64_t k = 0; k < count; k++) {
                    lanes *const place = (lanes *)(row[k] + at);
                    const lanes old = *place;
                    error += g * old;
                    *place = old + g * h;
                }
                *(lanes *)(hidden + at) = error;
            }
            for (int64_t k = 0; k < count; k++)
                __builtin_prefetch(coming[k] + line);
        }
    }
}
