/*
 * kernel_driver.c - trains cases read from standard input and writes the trained rows.
 *
 * tools/check_kernels.py compiles it with the kernels, for another processor if asked, and compares what
 * it writes with the reference. A case is a header of int64 (see `enum field`), four doubles, then the
 * arrays in the order of main(); the answer is the input, output and node rows, and as doubles the loss of
 * training, the loss of the one step that follows it (see take_step), and the score of each sentence.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "w2vref.h"

enum field {
    SIMD, VOCAB_SIZE, SIZE, STRIDE, OUTPUTS, NODES, LOCKS, CUM_TABLE, GUIDE, NOISE_TOTAL, NOISE_SHIFT, NOISE_STEPS,
    CODES, OFFSETS, LONGEST_CODE, SEED, WINDOW, NEGATIVE, SHRINK_WINDOWS, SG, HS, CBOW_MEAN, DIVIDES_ERROR,
    WORDS, SENTENCES, EPOCH, WORDS_BEFORE, TOTAL_WORDS, SPAN, FIRST, BOUNDS, BLOCK_WORDS, TILE, DRAWS, FIELDS
};
enum number { START_ALPHA, END_ALPHA, CAP, INPUT_CAP, NUMBERS };

static void read_exactly(void *to, size_t bytes)
{
    if (fread(to, 1, bytes, stdin) != bytes) {
        fprintf(stderr, "kernel_driver: the input ends within a case\n");
        exit(1);
    }
}

/* Return memory for `count` elements, zeroed and aligned for rows; of at least one byte, so never NULL. */
static void *new_array(int64_t count, size_t size)
{
    const size_t bytes = ((size_t)count * size + 64) / 64 * 64;
    void *array = aligned_alloc(64, bytes);
    if (!array)
        exit(2);
    return memset(array, 0, bytes);
}

static void *read_array(int64_t count, size_t size)
{
    void *array = new_array(count, size);
    read_exactly(array, (size_t)count * size);
    return array;
}

/* Train as one worker of block training. bounds: (f[BOUNDS],), one more than blocks. Returns a status. */
static int train_blocks(const int64_t *f, const double *numbers, const int64_t *bounds, const w2v_model *model,
                        const w2v_corpus *corpus, const w2v_run *run, w2v_result *result)
{
    int64_t room = 0;
    for (int64_t i = 1; i < f[BOUNDS]; i++)
        if (bounds[i] - bounds[i - 1] > room)
            room = bounds[i] - bounds[i - 1];
    const int64_t rows = (model->sg ? 2 : 3) * room + (room + f[TILE] - 1) / f[TILE] * f[DRAWS];
    const w2v_block_rule rule = {
        .words = f[BLOCK_WORDS], .tile = f[TILE], .draws = f[DRAWS], .bounds = bounds,
        .cap = (float)numbers[CAP], .input_cap = (float)numbers[INPUT_CAP],
        .blocks = f[BOUNDS] - 1, .room = room, .workers = 1 + room % 2, /* tasks of both sizes */
        .contributions = new_array(rows * f[STRIDE], sizeof(float)),
    };
    w2v_blocks *blocks = w2v_blocks_new(model, corpus, run, &rule);
    if (!blocks)
        return W2V_NO_MEMORY;
    const int status = w2v_blocks_train((int)f[SIMD], blocks);
    w2v_blocks_result(blocks, result);
    w2v_blocks_free(blocks);
    free(rule.contributions);
    return status;
}

/* Words of one step: the target, the context (its first word alone for skip-gram), the negatives. */
enum { CONTEXT = 3, NEGATIVES = 5, STEP_WORDS = 1 + CONTEXT + NEGATIVES };

/* Take one step with the first words of the corpus; any vector will do as a projection. Returns a status. */
static int take_step(const int64_t *f, const w2v_model *model, const int32_t *tokens, double *loss)
{
    int64_t ids[STEP_WORDS];
    for (int i = 0; i < STEP_WORDS; i++)
        ids[i] = tokens[i];
    const int64_t target = ids[0], *context = ids + 1, *negatives = context + CONTEXT;
    float *error = new_array(f[STRIDE], sizeof(float)), *hidden = new_array(f[STRIDE], sizeof(float));
    memcpy(hidden, model->input_vectors + context[0] * f[STRIDE], (size_t)f[STRIDE] * sizeof(float));
    const int simd = (int)f[SIMD], status = f[SG]
        ? w2v_train_sg_pair(simd, model, context[0], target, negatives, NEGATIVES, 0.03f, 1, 1, error, loss)
        : w2v_train_cbow_pair(simd, model, context, CONTEXT, hidden, target, negatives, NEGATIVES, 0.03f, 1, 1,
                              error, loss);
    free(error);
    free(hidden);
    return status;
}

int main(void)
{
    int64_t f[FIELDS];
    while (fread(f, 1, sizeof f, stdin) == sizeof f) {
        double numbers[NUMBERS];
        read_exactly(numbers, sizeof numbers);
        if (!w2v_simd_available((int)f[SIMD])) {
            fprintf(stderr, "kernel_driver: instruction set %d is not available\n", (int)f[SIMD]);
            return 3;
        }
        float *input = read_array(f[VOCAB_SIZE] * f[STRIDE], sizeof(float));
        float *output = read_array(f[OUTPUTS] * f[STRIDE], sizeof(float));
        float *nodes = read_array(f[NODES] * f[STRIDE], sizeof(float));
        const w2v_model model = {
            .input_vectors = input, .output_vectors = output, .node_vectors = nodes,
            .vocab_size = f[VOCAB_SIZE], .size = f[SIZE], .stride = f[STRIDE],
            .locks = read_array(f[LOCKS], sizeof(float)), .lock_count = f[LOCKS],
            .sample_int = read_array(f[VOCAB_SIZE], sizeof(uint64_t)),
            .cum_table = read_array(f[CUM_TABLE], sizeof(uint32_t)),
            .noise_guide = read_array(f[GUIDE], sizeof(uint32_t)),
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
        const int64_t *bounds = read_array(f[BOUNDS], sizeof(int64_t));
        double *scores = new_array(f[SENTENCES], sizeof(double));
        int32_t stop = 0;
        int64_t next_token = f[FIRST], next_sentence = 0;
        const w2v_run run = {
            .epoch = f[EPOCH], .words_before = f[WORDS_BEFORE], .total_words = f[TOTAL_WORDS],
            .start_alpha = numbers[START_ALPHA], .end_alpha = numbers[END_ALPHA], .compute_loss = 1,
            .span = f[SPAN], .workers = 1 + f[SPAN] % 2, /* with copies of rows, or without */
            .stop = &stop, .next_token = &next_token,
        };
        w2v_result result;
        const int status = f[BOUNDS]
            ? train_blocks(f, numbers, bounds, &model, &corpus, &run, &result)
            : w2v_train((int)f[SIMD], &model, &corpus, &run, &result);
        if (status != W2V_OK)
            return 4;
        double step_loss = 0.0;
        if (f[WORDS] >= STEP_WORDS && take_step(f, &model, corpus.tokens, &step_loss) != W2V_OK)
            return 4;
        if (w2v_score((int)f[SIMD], &model, &corpus, &stop, &next_sentence, scores) != W2V_OK)
            return 5;
        fwrite(input, sizeof(float), (size_t)(f[VOCAB_SIZE] * f[STRIDE]), stdout);
        fwrite(output, sizeof(float), (size_t)(f[OUTPUTS] * f[STRIDE]), stdout);
        fwrite(nodes, sizeof(float), (size_t)(f[NODES] * f[STRIDE]), stdout);
        fwrite(&result.loss, sizeof(double), 1, stdout);
        fwrite(&step_loss, sizeof(double), 1, stdout);
        fwrite(scores, sizeof(double), (size_t)f[SENTENCES], stdout);
        const void *owned[] = {input, output, nodes, model.locks, model.sample_int, model.cum_table,
                               model.noise_guide, model.codes, model.points, model.code_offsets,
                               corpus.tokens, corpus.sentence_offsets, bounds, scores};
        for (size_t i = 0; i < sizeof owned / sizeof *owned; i++)
            free((void *)owned[i]);
    }
    return 0;
}
