/* wordmap.c - the hash table of wordmap.h. */
#include "wordmap.h"

#include <stdlib.h>

#include "utf8.h"
#include "w2vref.h"

#define FIRST_SLOTS_LOG2 12
#define MAX_WORDS INT32_MAX
/* Up to here (32 MB) at most half of the slots are used, beyond it three quarters: then memory matters more. */
#define ROOMY_SLOTS (UINT64_C(1) << 20)

const uint8_t w2v_ones_then_zeros[2 * W2V_INLINE_BYTES] = {255, 255, 255, 255, 255, 255, 255, 255,
                                                           255, 255, 255, 255, 255, 255, 255, 255};

uint64_t w2v_hash_bytes(const uint8_t *bytes, int64_t length, uint64_t seed) {
    uint64_t hash = seed ^ (uint64_t)length;
    int64_t at = 0;
    for (; at + 8 <= length; at += 8) {
        hash = w2v_fold(hash ^ w2v_load64(bytes + at), 0xD1B54A32D192ED03u ^ (hash >> 32));
    }
    uint64_t rest = 0;
    memcpy(&rest, bytes + at, (size_t)(length - at));
    return w2v_fold(hash ^ rest, 0xA0761D6478BD642Fu) ^ seed;
}

w2v_words *w2v_words_new(uint64_t seed) {
    w2v_words *words = calloc(1, sizeof *words);
    if (!words) {
        return NULL;
    }
    words->seed = seed;
    words->shift = 64 - FIRST_SLOTS_LOG2;
    words->slots = calloc((size_t)1 << FIRST_SLOTS_LOG2, sizeof *words->slots);
    words->starts = calloc(1, sizeof *words->starts);
    if (!words->slots || !words->starts) {
        w2v_words_free(words);
        return NULL;
    }
    return words;
}

void w2v_words_free(w2v_words *words) {
    if (words) {
        free(words->slots);
        free(words->starts);
        free(words->firsts);
        free(words->bytes);
        free(words);
    }
}

static struct w2v_slot *first_slot(const struct w2v_words *words, const struct w2v_key *key, uint64_t *mask) {
    *mask = (UINT64_C(1) << (64 - words->shift)) - 1;
    return &words->slots[w2v_hash_key(key, words->seed) >> words->shift];
}

static int is_long_word(const struct w2v_words *words, int32_t id, const uint8_t *word, int64_t length) {
    return memcmp(words->bytes + words->starts[id], word, (size_t)length) == 0;
}

/* Double the number of slots; 0 when out of memory. */
static int grow_slots(struct w2v_words *words) {
    const uint64_t old_count = UINT64_C(1) << (64 - words->shift);
    struct w2v_slot *old = words->slots;
    struct w2v_slot *fresh = calloc((size_t)old_count * 2, sizeof *fresh);
    if (!fresh) {
        return 0;
    }
    words->slots = fresh;
    words->shift--;
    for (uint64_t i = 0; i < old_count; i++) {
        if (old[i].tag) {
            const struct w2v_key key = {old[i].low, old[i].high, old[i].tag};
            uint64_t mask;
            uint64_t at = (uint64_t)(first_slot(words, &key, &mask) - fresh);
            while (fresh[at].tag) {
                at = (at + 1) & mask;
            }
            fresh[at] = old[i];
        }
    }
    free(old);
    return 1;
}

/* Tell whether one more word leaves the slots as empty as they should be. */
static int has_free_slots(const struct w2v_words *words) {
    const uint64_t slots = UINT64_C(1) << (64 - words->shift), used = (uint64_t)words->size + 1;
    return slots <= ROOMY_SLOTS ? used * 2 <= slots : used * 4 <= slots * 3;
}

/* Make room for one more word of this length; 0 when out of memory or of ids. */
static int reserve(struct w2v_words *words, int64_t length) {
    if (words->size == MAX_WORDS) {
        return 0;
    }
    if (words->size == words->capacity) {
        const int64_t capacity = words->capacity ? words->capacity * 2 : 1024;
        int64_t *starts = realloc(words->starts, (size_t)(capacity + 1) * sizeof *starts);
        if (!starts) {
            return 0;
        }
        words->starts = starts;
        int64_t *firsts = realloc(words->firsts, (size_t)capacity * sizeof *firsts);
        if (!firsts) {
            return 0;
        }
        words->firsts = firsts;
        words->capacity = capacity;
    }
    const int64_t needed = words->starts[words->size] + length + 1;
    if (needed > words->bytes_capacity) {
        const int64_t doubled = words->bytes_capacity ? words->bytes_capacity * 2 : 16384;
        const int64_t capacity = needed > doubled ? needed : doubled;
        uint8_t *bytes = realloc(words->bytes, (size_t)capacity);
        if (!bytes) {
            return 0;
        }
        words->bytes = bytes;
        words->bytes_capacity = capacity;
    }
    return has_free_slots(words) || grow_slots(words);
}

/* Append a word that is not there; see w2v_words_find. */
static struct w2v_slot *append(struct w2v_words *words, const uint8_t *word, int64_t length,
                               const struct w2v_key *key, int64_t first, int64_t *invalid) {
    const int64_t bad = w2v_utf8_invalid(word, length);
    if (bad < length) {
        *invalid = bad;
        return NULL;
    }
    if (!reserve(words, length)) {
        return NULL;
    }
    const int64_t id = words->size++, start = words->starts[id];
    memcpy(words->bytes + start, word, (size_t)length);
    words->bytes[start + length] = '\n';
    words->starts[id + 1] = start + length + 1;
    words->firsts[id] = first;
    uint64_t mask; /* the slots may have grown: look for the empty one anew */
    uint64_t at = (uint64_t)(first_slot(words, key, &mask) - words->slots);
    while (words->slots[at].tag) {
        at = (at + 1) & mask;
    }
    words->slots[at] = (struct w2v_slot){key->low, key->high, 0, (int32_t)id, key->tag};
    return &words->slots[at];
}

struct w2v_slot *w2v_words_find(struct w2v_words *words, const uint8_t *word, int64_t length,
                                const struct w2v_key *key, int64_t first, int64_t *invalid) {
    uint64_t mask;
    uint64_t at = (uint64_t)(first_slot(words, key, &mask) - words->slots);
    for (;; at = (at + 1) & mask) {
        struct w2v_slot *slot = &words->slots[at];
        if (slot->low == key->low && slot->high == key->high && slot->tag == key->tag &&
            (key->tag != W2V_LONG_WORD || is_long_word(words, slot->id, word, length))) {
            return slot;
        }
        if (slot->tag == 0) {
            return append(words, word, length, key, first, invalid);
        }
    }
}

void w2v_words_seal(w2v_words *words) {
    free(words->slots);
    free(words->firsts);
    words->slots = NULL;
    words->firsts = NULL;
}

int64_t w2v_words_size(const w2v_words *words) {
    return words->size;
}

int64_t w2v_words_bytes(const w2v_words *words) {
    return words->starts[words->size];
}

const uint8_t *w2v_words_text(const w2v_words *words) {
    return words->bytes;
}

void w2v_words_counts(const w2v_words *words, int64_t *counts) {
    const uint64_t slots = UINT64_C(1) << (64 - words->shift);
    for (uint64_t i = 0; i < slots; i++) {
        if (words->slots[i].tag) {
            counts[words->slots[i].id] = words->slots[i].count;
        }
    }
}

/* Add one word of another map; NULL when out of memory. */
static struct w2v_slot *add_word(w2v_words *words, const w2v_words *other, int64_t id) {
    uint8_t padded[W2V_INLINE_BYTES] = {0};
    const uint8_t *word = other->bytes + other->starts[id];
    const int64_t length = other->starts[id + 1] - 1 - other->starts[id];
    if (length < W2V_INLINE_BYTES) {
        memcpy(padded, word, (size_t)length); /* a key reads 16 bytes, there may be fewer */
    }
    const struct w2v_key key = w2v_word_key(length < W2V_INLINE_BYTES ? padded : word, length, words->seed);
    int64_t invalid = 0; /* the words of a map are valid */
    return w2v_words_find(words, word, length, &key, other->firsts[id], &invalid);
}

void w2v_words_firsts(const w2v_words *words, int64_t *firsts) {
    if (words->size) { /* an empty set has no array, and memcpy takes no NULL */
        memcpy(firsts, words->firsts, (size_t)words->size * sizeof *firsts);
    }
}

/* The part whose next word stood first in the text; -1: none has any left. */
static int64_t earliest(const w2v_words *const *parts, const int64_t *next, int64_t part_count) {
    int64_t best = -1;
    for (int64_t p = 0; p < part_count; p++) {
        if (next[p] < parts[p]->size &&
            (best < 0 || parts[p]->firsts[next[p]] < parts[best]->firsts[next[best]])) {
            best = p;
        }
    }
    return best;
}

int w2v_words_merge(w2v_words *words, const w2v_words *const *parts, const int64_t *const *counts,
                    int32_t *const *maps, int64_t part_count) {
    int64_t *next = calloc((size_t)part_count + 1, sizeof *next);
    int code = next ? W2V_SCAN_OK : W2V_SCAN_NO_MEMORY;
    while (code == W2V_SCAN_OK) {
        const int64_t part = earliest(parts, next, part_count);
        if (part < 0) {
            break;
        }
        const int64_t id = next[part]++;
        struct w2v_slot *slot = add_word(words, parts[part], id);
        if (slot) {
            slot->count += counts[part][id];
            maps[part][id] = slot->id;
        } else {
            code = W2V_SCAN_NO_MEMORY;
        }
    }
    free(next);
    return code;
}
