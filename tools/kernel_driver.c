/*
 * kernel_driver.c - trains cases read from standard input and writes the trained rows.
 *
 * tools/check_kernels.py compiles it with the kernels, for another processor if asked, and compares what
 * it writes with the reference. A case is a header of int64 (see `enum field`), two doubles, then the
 * arrays in the order of main(); the answer is the input, output and node rows.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "w2vref.h"

enum field {
    SIMD, VOCAB_SIZE, STRIDE, OUTPUTS, NODES, LOCKS, CUM_TABLE, GUIDE, NOISE_TOTAL, NOISE_SHIFT, NOISE_STEPS,
    CODES, OFFSETS, LONGEST_CODE, SEED, WINDOW, NEGATIVE, SHRINK_WINDOWS, SG, HS, CBOW_MEAN, DIVIDES_ERROR,
    WORDS, SENTENCES, EPOCH, WORDS_BEFORE, TOTAL_WORDS, SPAN, FIRST, FIELDS
};

static void read_exactly(void *to, size_t bytes)
{
    if (fread(to, 1, bytes, stdin) != bytes) {
        fprintf(stderr, "kernel_driver: the input ends within a case\n");
        exit(1);
    }
}

/* Read `count` elements into memory of its own, aligned for rows; at least one byte, so never NULL. */
static void *read_array(int64_t count, size_t size)
{
    const size_t bytes = (size_t)count * size;
    void *array = aligned_alloc(64, (bytes + 64) / 64 * 64);
    if (!array)
        exit(2);
    read_exactly(array, bytes);
    return array;
}

int main(void)
{
    int64_t f[FIELDS];
    while (fread(f, 1, sizeof f, stdin) == sizeof f) {
        double alpha[2];
        read_exactly(alpha, sizeof alpha);
        if (!w2v_simd_available((int)f[SIMD])) {
            fprintf(stderr, "kernel_driver: instruction set %d is not available\n", (int)f[SIMD]);
            return 3;
        }
        float *input = read_array(f[VOCAB_SIZE] * f[STRIDE], sizeof(float));
        float *output = read_array(f[OUTPUTS] * f[STRIDE], sizeof(float));
        float *nodes = read_array(f[NODES] * f[STRIDE], sizeof(float));
        const w2v_model model = {
            .input_vectors = input, .output_vectors = output, .node_vectors = nodes,
            .vocab_size = f[VOCAB_SIZE], .stride = f[STRIDE],
            .locks = read_array(f[LOCKS], sizeof(float)), .lock_count = f[LOCKS],
            .sample_int = read_array(f[VOCAB_SIZE], sizeof(uint64_t)),
            .cum_table = read_array(f[CUM_TABLE], sizeof(uint32_t)),
            .noise_guide = read_array(f[GUIDE], sizeof(int32_t)),
            .noise_total = (uint32_t)f[NOISE_TOTAL], .noise_shift = (int32_t)f[NOISE_SHIFT],
            .noise_steps = (int32_t)f[NOISE_STEPS],
            .codes = read_array(f[CODES], sizeof(uint8_t)), .points = read_array(f[CODES], sizeof(uint32_t)),
            .code_offsets = read_array(f[OFFSETS], sizeof(int64_t)), .longest_code = f[LONGEST_CODE],
            .seed = (uint64_t)f[SEED], .window = f[WINDOW], .negative = f[NEGATIVE],
            .shrink_windows = (int32_t)f[SHRINK_WINDOWS], .sg = (int32_t)f[SG], .hs = (int32_t)f[HS],
            .cbow_mean = (int32_t)f[CBOW_MEAN], .divides_error = (int32_t)f[DIVIDES_ERROR],
        };
        const w2v_corpus corpus = {
            .tokens = read_array(f[WORDS], sizeof(int32_t)), .words = f[WORDS],
            .sentence_offsets = read_array(f[SENTENCES] + 1, sizeof(int64_t)), .sentences = f[SENTENCES],
        };
        int32_t stop = 0;
        int64_t next_token = f[FIRST];
        const w2v_run run = {
            .epoch = f[EPOCH], .words_before = f[WORDS_BEFORE], .total_words = f[TOTAL_WORDS],
            .start_alpha = alpha[0], .end_alpha = alpha[1], .span = f[SPAN], .stop = &stop,
            .next_token = &next_token,
        };
        w2v_result result;
        if (w2v_train((int)f[SIMD], &model, &corpus, &run, &result) != W2V_OK)
            return 4;
        fwrite(input, sizeof(float), (size_t)(f[VOCAB_SIZE] * f[STRIDE]), stdout);
        fwrite(output, sizeof(float), (size_t)(f[OUTPUTS] * f[STRIDE]), stdout);
        fwrite(nodes, sizeof(float), (size_t)(f[NODES] * f[STRIDE]), stdout);
        const void *owned[] = {input, output, nodes, model.locks, model.sample_int, model.cum_table,
                               model.noise_guide, model.codes, model.points, model.code_offsets,
                               corpus.tokens, corpus.sentence_offsets};
        for (size_t i = 0; i < sizeof owned / sizeof *owned; i++)
            free((void *)owned[i]);
    }
    return 0;
}
