/*
 * w2vref.h - the public header of the C backend, and the declarations that _build.py hands to cffi.
 *
 * cffi reads this file without its preprocessor lines and comments, so there are no macros here.
 * Every array is owned by the caller; nothing is kept after a call returns, but in a w2v_words. Names and
 * meanings are those of w2vref/records.py and w2vref/config.py.
 */
#ifndef W2VREF_H
#define W2VREF_H

#include <stdint.h>

/* What a function returns; Python turns each into an exception. */
enum w2v_status {
    W2V_OK = 0,
    W2V_NO_MEMORY = -1, /* the scratch memory of a worker could not be allocated */
    W2V_BAD_WORD_ID = -2 /* the encoded corpus has a word id outside [0, vocab_size) */
};

/* ---- simd.c: the instruction sets ---------------------------------------------------------- */

enum w2v_simd { W2V_BASELINE = 0, W2V_AVX2 = 1, W2V_AVX512 = 2, W2V_NEON = 3 };

/*
 * Tell whether this build has kernels for an instruction set and this processor can run them.
 * simd: one of enum w2v_simd. Returns 1 or 0 (0 for any other number).
 */
int w2v_simd_available(int simd);

/* ---- what is trained, by which rules ------------------------------------------------------- */

/* Parameters, tables and hyper-parameters. Rows are `stride` floats, a multiple of 16, each row
 * aligned to 64 bytes, the components beyond the vector's size +0. */
typedef struct {
    float *input_vectors;  /* (vocab_size, stride) */
    float *output_vectors; /* (vocab_size, stride); unused when negative = 0 */
    float *node_vectors;   /* (vocab_size, stride); unused when hs = 0 */
    const float *locks;    /* (lock_count,), the factor of each input row's change */
    int64_t lock_count;    /* vocab_size, 1, or 0: every factor is 1 and no product is taken */
    int64_t vocab_size;
    int64_t size;   /* of a vector, in components */
    int64_t stride; /* of a row */

    const uint64_t *sample_int; /* (vocab_size,) */
    const uint32_t *cum_table;  /* (vocab_size + 2^noise_steps,), the added ones 2^32 - 1 */
    const uint32_t *noise_guide;/* see kernel/sampling.c */
    uint32_t noise_total;       /* the last entry of the noise table proper */
    int32_t noise_shift;        /* bits of a draw that the guide table leaves out */
    int32_t noise_steps;        /* steps of bisection from a guide entry */
    const uint8_t *codes;       /* (code_offsets[vocab_size],) */
    const uint32_t *points;     /* same length */
    const int64_t *code_offsets; /* (vocab_size + 1,) */
    int64_t longest_code;

    uint64_t seed;
    int64_t window; /* 1 .. 2^30 */
    int64_t negative;
    int32_t shrink_windows, sg, hs, cbow_mean;
    int32_t divides_error; /* CBOW: the error is multiplied by 1/n */
} w2v_model;

/* Word ids, sentence after sentence. */
typedef struct {
    const int32_t *tokens;           /* (words,) */
    const int64_t *sentence_offsets; /* (sentences + 1,) */
    int64_t words;
    int64_t sentences;
} w2v_corpus;

/* ---- kernel/epoch.c: training from an encoded corpus --------------------------------------- */

/* One epoch, or the rest of one, and what its workers share. */
typedef struct {
    int64_t epoch;        /* part of every sentence's key */
    int64_t words_before; /* tokens of the whole training before this epoch's first */
    int64_t total_words;
    double start_alpha, end_alpha;
    int32_t compute_loss;
    int64_t workers;      /* as many will share the work: if there are several, they have copies of some rows */
    int64_t span;        /* tokens of one claim, at least 1 */
    const int32_t *stop; /* (1,): not 0 asks for a stop; read before each claim */
    int64_t *next_token; /* (1,): the first token not claimed; advanced atomically */
} w2v_run;

typedef struct {
    int64_t effective_words; /* centres that subsampling kept */
    double loss;             /* nats; 0 unless asked for */
} w2v_result;

/*
 * Work as one worker: claim spans from run->next_token and train them until nothing is left or
 * run->stop is set. A claimed span is always finished. Any number of workers may call this at the
 * same time with the same model, corpus and run; each has its own result.
 *
 * simd: an available one. result: filled in, also after an error.
 * Returns W2V_OK, W2V_NO_MEMORY (nothing was claimed) or W2V_BAD_WORD_ID.
 */
int w2v_train(int simd, const w2v_model *model, const w2v_corpus *corpus, const w2v_run *run,
              w2v_result *result);

/* ---- blocks.c: block training ---------------------------------------------------------------- */

/* The constants of block training (BlockRule of w2vref/config.py), and the blocks of a corpus. */
typedef struct {
    int64_t words; /* B: a longer sentence comes in pieces of so many */
    int64_t tile;  /* positions that share noise words, 1 .. 64 */
    int64_t draws; /* noise words of a tile, a multiple of 4 up to 128 */
    float cap;       /* of output rows */
    float input_cap; /* of input rows */
    const int64_t *bounds; /* (blocks + 1,): block k is tokens bounds[k] .. bounds[k + 1] - 1 */
    int64_t blocks;
    int64_t room;         /* tokens of the longest block */
    int64_t workers;      /* as many will share the work; it decides the size of tasks alone */
    float *contributions; /* ((2, CBOW 3) * room + ceil(room / tile) * draws, stride), rows as those of w2v_model */
} w2v_block_rule;

/* What the workers of one call share; the library owns it: w2v_blocks_free gives it back. */
typedef struct w2v_blocks w2v_blocks;

/*
 * Get ready to train all blocks of the rule; the first begins at run->next_token. The arguments must live as
 * long as the result. run->span is not used. NULL: out of memory.
 */
w2v_blocks *w2v_blocks_new(const w2v_model *model, const w2v_corpus *corpus, const w2v_run *run,
                           const w2v_block_rule *rule);
void w2v_blocks_free(w2v_blocks *blocks);

/*
 * Work as one worker until all blocks are trained or run->stop is set; any number may, at the same time.
 * A block is trained wholly or not at all; run->next_token says which is the next. The bits do not depend on
 * the number of workers, nor on simd, which must be an available one.
 * Returns W2V_OK, W2V_NO_MEMORY (this worker did nothing) or W2V_BAD_WORD_ID.
 */
int w2v_blocks_train(int simd, w2v_blocks *blocks);

/* Write what came of it, once all workers have returned. */
void w2v_blocks_result(const w2v_blocks *blocks, w2v_result *result);

/*
 * Write the nanoseconds, wall time of all workers together, that went into preparing blocks, into their tiles
 * and into applying them; and how many blocks were applied. Once all workers have returned.
 * figures: (4,).
 */
void w2v_blocks_times(const w2v_blocks *blocks, int64_t *figures);

/* ---- kernel/score.c: the score of sentences ------------------------------------------------ */

/*
 * Work as one worker: claim sentences from next_sentence and write their scores.
 *
 * stop: (1,), as in w2v_run. next_sentence: (1,). scores: (corpus->sentences,), float64.
 * Returns W2V_OK, W2V_NO_MEMORY or W2V_BAD_WORD_ID.
 */
int w2v_score(int simd, const w2v_model *model, const w2v_corpus *corpus, const int32_t *stop,
              int64_t *next_sentence, double *scores);

/* ---- kernel/skipgram.c, kernel/cbow.c: the pair functions, one at a time ------------------- */

/* All word ids must be in [0, vocab_size); hidden and hidden_error are (stride,), 64-byte aligned. */

/*
 * Take one skip-gram step in place.
 * negative_ids: (negative_count,). hidden_error: receives what is added to the input row, before
 * its lock factor. loss: receives nats. Returns W2V_OK or W2V_NO_MEMORY.
 */
int w2v_train_sg_pair(int simd, const w2v_model *model, int64_t input_id, int64_t target_id,
                      const int64_t *negative_ids, int64_t negative_count, float alpha, int learn_vectors,
                      int learn_hidden, float *hidden_error, double *loss);

/* Take one CBOW step in place. context_ids: (context_count,); the rest as above. */
int w2v_train_cbow_pair(int simd, const w2v_model *model, const int64_t *context_ids,
                        int64_t context_count, const float *hidden, int64_t target_id,
                        const int64_t *negative_ids, int64_t negative_count, float alpha, int learn_vectors,
                        int learn_hidden, float *hidden_error, double *loss);

/* Return the score, in nats, of a target given a projection (for skip-gram, the input row). */
double w2v_score_pair(int simd, const w2v_model *model, const float *hidden, int64_t target_id);

/*
 * Write the initial vectors of rows with these keys, of w2vref/reference/initialization.py: the first `size` floats of
 * each row of `stride`, those beyond are left alone.
 * simd: an available one. keys: (count,).
 */
void w2v_initial_rows(int simd, const uint64_t *keys, int64_t count, int64_t size, int64_t stride, float *rows);

/* ---- text_numbers.c: rows of the word2vec text format --------------------------------------- */

/*
 * Write `count` rows: the word, then a space and a number for each component, then a newline. A number has
 * the shortest digits that read back exactly, at most 15 characters; 'nan', 'inf' and '-inf' otherwise.
 * rows: (count, stride) floats, of which the first `size` of each row are written.
 * words: the words one after the other; word i is words[word_offsets[i] .. word_offsets[i + 1]).
 * out: room for word_offsets[count] - word_offsets[0] + count * (16 * size + 1) + 16 bytes.
 * Returns the bytes written.
 */
int64_t w2v_text_write_rows(const float *rows, int64_t count, int64_t size, int64_t stride,
                            const char *words, const int64_t *word_offsets, char *out);

/*
 * Read at most max_rows rows from text, whose last byte (length > 0) must be a newline. Stops before the
 * first row that is wrong or has a number that needs exact arithmetic; the caller reads that row itself.
 * rows: (max_rows, stride) floats, of which the first `size` (> 0) of each row read are set; those of the
 * row at which it stopped may be.
 * word_bounds: 2 * max_rows; the word of row i is text[word_bounds[2 i] .. word_bounds[2 i + 1]).
 * consumed: set to the bytes of the rows read. Returns their number.
 */
int64_t w2v_text_read_rows(const char *text, int64_t length, int64_t max_rows, int64_t size, int64_t stride,
                           float *rows, int64_t *word_bounds, int64_t *consumed);

/* ---- binary_rows.c: rows of the word2vec binary format -------------------------------------- */

/*
 * Write `count` rows: the word, a space, `size` little-endian floats, then a newline if asked for.
 * rows, words, word_offsets: as w2v_text_write_rows.
 * out: room for word_offsets[count] - word_offsets[0] + count * (4 * size + 2) bytes.
 * Returns the bytes written; -1 on a processor that is not little-endian.
 */
int64_t w2v_binary_write_rows(const float *rows, int64_t count, int64_t size, int64_t stride,
                              const char *words, const int64_t *word_offsets, int newline, char *out);

/*
 * Read at most max_rows rows that are whole in data; newlines before a word are skipped. Stops before a word
 * whose space is not among its first max_word bytes, and before a row that is not whole.
 * rows, word_bounds, consumed: as w2v_text_read_rows. Returns the number of rows read; 0 on a processor
 * that is not little-endian.
 */
int64_t w2v_binary_read_rows(const char *data, int64_t length, int64_t max_rows, int64_t size, int64_t stride,
                             int64_t max_word, float *rows, int64_t *word_bounds, int64_t *consumed);

/* ---- word_lines.c: the words of both formats -------------------------------------------------- */

/*
 * Copy the `count` words between word_bounds (as w2v_text_read_rows sets them) of data, a newline behind each.
 * out: room for their bytes and the newlines.
 */
void w2v_words_as_lines(const char *data, const int64_t *word_bounds, int64_t count, char *out);

/*
 * Write the key of each of the lines of text, each ended by a newline: the FNV-1a hash, 64 bits, of the line without
 * it and of the suffix behind it.
 * keys: (number of lines,).
 */
void w2v_line_keys(const char *text, int64_t length, const char *suffix, int64_t suffix_length, uint64_t *keys);

/* ---- wordmap.c, scan.c, whitespace.c: a text file to provisional ids -------------------------- */

enum w2v_scan_code { W2V_SCAN_OK = 0, W2V_SCAN_INVALID_UTF8 = 1, W2V_SCAN_NO_MEMORY = 2 };
/* Bytes after a chunk that w2v_scan_chunk may overwrite. */
enum w2v_scan_padding { W2V_SCAN_PADDING = 64 };

/*
 * Distinct words with counts, numbered from 0 in the order in which they came. One thread at a time.
 * It is the one thing here that the library owns: w2v_words_free gives it back.
 */
typedef struct w2v_words w2v_words;

/* Make an empty set of words; seed: any number, changes no result. NULL: out of memory. */
w2v_words *w2v_words_new(uint64_t seed);
void w2v_words_free(w2v_words *words);

/* Give back what only counting needs; afterwards only size, bytes, text and free may be called. */
void w2v_words_seal(w2v_words *words);

int64_t w2v_words_size(const w2v_words *words);
/* Bytes of all words, each with the one \n that follows it. */
int64_t w2v_words_bytes(const w2v_words *words);
/* These bytes, in order of first appearance; valid until the words change. NULL when there are none. */
const uint8_t *w2v_words_text(const w2v_words *words);
/* Write the count of each word; counts: (w2v_words_size,). */
void w2v_words_counts(const w2v_words *words, int64_t *counts);
/* Write where in the file each word first stood, in bytes; firsts: (w2v_words_size,). */
void w2v_words_firsts(const w2v_words *words, int64_t *firsts);

/* What w2v_scan_chunk found. */
typedef struct w2v_scan_found {
    int64_t words;   /* in the chunk: ids written */
    int64_t breaks;  /* breaks written */
    int64_t invalid; /* offset in the file of the first byte that is not UTF-8; -1: none */
} w2v_scan_found;

/*
 * Count the words of a chunk of text, and write the number of each.
 * text: length bytes, then W2V_SCAN_PADDING that are overwritten; it begins where a word may begin and
 *     ends where a word may end (see w2v_scan_boundary).
 * offset: of text in the file, in bytes.
 * ids: (length / 2 + 1,) written: the number of each word.
 * breaks: (length / 2 + 2,) written: rising numbers of words of this chunk that stand before a newline.
 * Returns W2V_SCAN_OK, W2V_SCAN_INVALID_UTF8 (found->invalid says where; nothing before it is invalid),
 *     or W2V_SCAN_NO_MEMORY (also for more than 2^31 - 1 distinct words).
 */
int w2v_scan_chunk(w2v_words *words, uint8_t *text, int64_t length, int64_t offset, int32_t *ids,
                   int32_t *breaks, w2v_scan_found *found);

/* The offset after the last space in a text: where it can be cut without cutting a word; 0: nowhere. */
int64_t w2v_scan_boundary(const uint8_t *text, int64_t length);

/*
 * Turn the breaks of a chunk into ends of sentences. Blank lines are none; longer lines are cut.
 * words_before: of the whole file before the chunk; words: of the chunk.
 * longest: words of a sentence, at most.
 * last_end: in and out, where the sentence before ended, in words from the start of the file.
 * ends: (break_count + words / longest + 2,) written, same unit.
 * Returns the number of ends written. What follows the last one belongs to the next chunk, or is, at the end
 *     of the file, the last sentence.
 */
int64_t w2v_scan_sentences(const int32_t *breaks, int64_t break_count, int64_t words_before, int64_t words,
                           int64_t longest, int64_t *last_end, int64_t *ends);

/*
 * Merge the words that several threads have counted: the order is that of first appearance in the file.
 * words: an empty set, receives all. parts: (part_count,) sets, each in order of first appearance.
 * counts: (part_count,) arrays, the count of each word of a part (see w2v_words_counts).
 * maps: (part_count,) arrays, written: the number in `words` of each word of a part.
 * Returns W2V_SCAN_OK or W2V_SCAN_NO_MEMORY.
 */
int w2v_words_merge(w2v_words *words, const w2v_words *const *parts, const int64_t *const *counts,
                    int32_t *const *maps, int64_t part_count);

/* ---- encode.c: provisional ids to word ids ---------------------------------------------------- */

/* ids[i] = map[ids[i]] for all i; ids: (count,). */
void w2v_translate_ids(int32_t *ids, int64_t count, const int32_t *map);

/*
 * Turn provisional ids into word ids, leaving out those whose word id is negative.
 * ids: (count,) rows of word_ids, part of a longer array; before: how many stand before them in it.
 * ends: (end_count,) non-decreasing, in before .. before + count: where sentences end in the longer array.
 * known: (count,) written from the front; may be ids itself.
 * known_ends: (end_count,) written: ends as counted in the kept ids of this part; may be ends itself.
 * Returns how many were kept.
 */
int64_t w2v_encode_ids(const int32_t *ids, int64_t count, const int64_t *ends, int64_t end_count,
                       int64_t before, const int32_t *word_ids, int32_t *known, int64_t *known_ends);

/* ---- nearest.c: the rows that may be nearest to a query, from rows in bytes --------------------- */

/*
 * Rows in bytes. With c = code - 128, row / |row| is scale * c plus a vector no longer than error, and
 * scale * (4 * (code >> 2) - 126.5) plus one no longer than coarse_error.
 */
typedef struct {
    uint8_t *codes;       /* (count, width) */
    float *scales;        /* (count,), 0 for a row of zeros */
    float *errors;        /* (count,), 0 for a row of zeros, minus infinity for one that is not finite */
    float *coarse_errors; /* (count,) */
    int64_t count;
    int64_t width; /* a multiple of 64 */
} w2v_byte_rows;

/*
 * Write rows in bytes.
 * simd: an available one. vectors: (rows->count, stride), of which the first `size`, at most rows->width,
 * count. Everything that rows points to is written.
 */
void w2v_bytes_of_rows(int simd, const float *vectors, int64_t stride, int64_t size, const w2v_byte_rows *rows);

/*
 * Queries of length 1, and what was found for them. A query is scale * code plus a vector that adds at most
 * error to a dot product with a row; and the same, with less precision, in the coarse arrays.
 */
typedef struct {
    const int16_t *codes;        /* (queries, width), 0 beyond the size; 128 * the sum of a query's < 2^31 */
    const float *scales;         /* (queries,) */
    const float *errors;         /* (queries,) */
    const int8_t *coarse_codes;  /* (queries, width), -127 to 127, 0 beyond the size */
    const float *coarse_scales;  /* (queries,) */
    const float *coarse_errors;  /* (queries,) */
    const float *coarse_centers; /* (queries,): 126.5 * the sum of the coarse codes */
    int64_t queries;
    int64_t wanted; /* the best rows of a query that must be among the candidates, at least 1 */
    float *best;    /* (queries, wanted): lower bounds of the best, the smallest first; -inf at the start */
    int64_t *found; /* (queries, room): candidates */
    float *upper;   /* (queries, room): upper bounds of their cosines */
    int64_t *counts; /* (queries,): how many candidates there are; 0 at the start */
    int64_t room;    /* at least 2 */
} w2v_byte_search;

/*
 * Add rows first_row .. last_row - 1 that may be among the `wanted` best to the candidates of each query.
 * A candidate whose upper bound is below best[q][0] has been outdone since and may be left out.
 * simd: an available one. Returns 1, or 0 if the room did not suffice: the search must begin anew with more.
 */
int w2v_byte_candidates(int simd, const w2v_byte_rows *rows, const w2v_byte_search *search, int64_t first_row,
                        int64_t last_row);

#endif
