/* encode.c - provisional ids to word ids. */
#include "w2vref.h"

void w2v_translate_ids(int32_t *ids, int64_t count, const int32_t *map) {
    for (int64_t i = 0; i < count; i++) {
        ids[i] = map[ids[i]];
    }
}

int64_t w2v_count_kept(const int32_t *ids, int64_t count, const int32_t *word_ids) {
    int64_t kept = 0;
    for (int64_t i = 0; i < count; i++) {
        kept += word_ids[ids[i]] >= 0;
    }
    return kept;
}

int64_t w2v_encode_sentences(const int32_t *ids, const int64_t *offsets, int64_t sentences,
                             const int32_t *word_ids, int64_t written, int32_t *tokens,
                             int64_t *token_offsets) {
    for (int64_t s = 0; s < sentences; s++) {
        token_offsets[s] = written;
        for (int64_t i = offsets[s]; i < offsets[s + 1]; i++) {
            const int32_t id = word_ids[ids[i]];
            if (id >= 0) { /* no write for others: the next place may be another thread's */
                tokens[written++] = id;
            }
        }
    }
    return written;
}
