/* encode.c - provisional ids to word ids. */
#include "w2vref.h"

void w2v_translate_ids(int32_t *ids, int64_t count, const int32_t *map) {
    for (int64_t i = 0; i < count; i++) {
        ids[i] = map[ids[i]];
    }
}

int64_t w2v_encode_ids(const int32_t *ids, int64_t count, const int64_t *ends, int64_t end_count,
                       int64_t before, const int32_t *word_ids, int32_t *known, int64_t *known_ends) {
    int64_t i = 0, kept = 0;
    for (int64_t e = 0; e <= end_count; e++) {
        const int64_t upto = e < end_count ? ends[e] - before : count;
        for (; i < upto; i++) {
            const int32_t id = word_ids[ids[i]];
            if (id >= 0) { /* no write for others: what lies behind may not have been read yet */
                known[kept++] = id;
            }
        }
        if (e < end_count) {
            known_ends[e] = kept;
        }
    }
    return kept;
}
