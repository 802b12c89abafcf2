/* wordmap.c - the hash table of wordmap.h. */
#include "wordmap.h"

#include <stdlib.h>

#include "utf8.h"
#include "w2vref.h"
#include "zeroed.h"

#define FIRST_SLOTS_LOG2 12
#define MAX_WORDS INT32_MAX
#define MERGE_BATCH 32
/* Up to here (32 MB) at most half of the slots are used, beyond it three quarters: then memory matters more. */
#define ROOMY_SLOTS (UINT64_C(1) << 20)

const uint8_t w2v_ones_then_zeros[32] = {255, 255, 255, 255, 255, 255, 255, 255,
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

static uint64_t slot_count(const struct w2v_words *words) {
    return UINT64_C(1) << (64 - words->shift);
}

static void free_slots(struct w2v_words *words) {
    w2v_zeroed_free(words->slots, slot_count(words) * sizeof *words->slots);
    words->slots = NULL;
}

w2v_words *w2v_words_new(uint64_t seed) {
    w2v_words *words = calloc(1, sizeof *words);
    if (!words) {
        return NULL;
    }
    words->seed = seed;
    words->shift = 64 - FIRST_SLOTS_LOG2;
    words->slots = w2v_zeroed_new(slot_count(words) * sizeof *words->slots);
    words->starts = calloc(1, sizeof *words->starts);
    if (!words->slots || !words->starts) {
        w2v_words_free(words);
        return NULL;
    }
    return words;
}

void w2v_words_free(w2v_words *words) {
    if (words) {
        free_slots(words);
        free(words->starts);
        free(words->firsts);
        free(words->bytes);
        free(words);
    }
}

static int is_empty(const struct w2v_slot *slot) {
    return slot->key.high == 0;
}

/* Where a key that is not in the table belongs. */
static struct w2v_slot *empty_slot(const struct w2v_words *words, struct w2v_key key) {
    uint64_t at = w2v_hash_key(key, words->seed) >> words->shift;
    while (!is_empty(&words->slots[at])) {
        at = (at + 1) & (slot_count(words) - 1);
    }
    return &words->slots[at];
}

static int is_word(const struct w2v_words *words, int32_t id, const uint8_t *word, int64_t length) {
    return memcmp(words->bytes + words->starts[id], word, (size_t)length) == 0;
}

/* Double the number of slots; 0 when out of memory. */
static int grow_slots(struct w2v_words *words) {
    struct w2v_slot *old = words->slots;
    const size_t old_bytes = slot_count(words) * sizeof *old;
    const struct w2v_slot *end = old + slot_count(words);
    struct w2v_slot *fresh = w2v_zeroed_new(2 * old_bytes);
    if (!fresh) {
        return 0;
    }
    words->slots = fresh;
    words->shift--;
    for (const struct w2v_slot *slot = old; slot < end; slot++) {
        if (!is_empty(slot)) {
            *empty_slot(words, slot->key) = *slot;
        }
    }
    w2v_zeroed_free(old, old_bytes);
    return 1;
}

/* Tell whether one more word leaves the slots as empty as they should be. */
static int has_free_slots(const struct w2v_words *words) {
    const uint64_t slots = slot_count(words), used = (uint64_t)words->size + 1;
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
static struct w2v_slot *append(struct w2v_words *words, const uint8_t *word, int64_t length, struct w2v_key key,
                               int64_t first, int64_t *invalid) {
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
    struct w2v_slot *slot = empty_slot(words, key); /* only now: the table may have grown */
    *slot = (struct w2v_slot){key, 0, (int32_t)id, 0};
    return slot;
}

struct w2v_slot *w2v_words_find(struct w2v_words *words, const uint8_t *word, int64_t length,
                                struct w2v_key key, int64_t first, int64_t *invalid) {
    uint64_t at = w2v_hash_key(key, words->seed) >> words->shift;
    for (;; at = (at + 1) & (slot_count(words) - 1)) {
        struct w2v_slot *slot = &words->slots[at];
        if (w2v_same_key(slot->key, key) &&
            (length <= W2V_INLINE_BYTES || is_word(words, slot->id, word, length))) {
            return slot;
        }
        if (is_empty(slot)) {
            return append(words, word, length, key, first, invalid);
        }
    }
}

void w2v_words_seal(w2v_words *words) {
    free_slots(words);
    free(words->firsts);
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
    const struct w2v_slot *end = words->slots + slot_count(words);
    for (const struct w2v_slot *slot = words->slots; slot < end; slot++) {
        if (!is_empty(slot)) {
            counts[slot->id] = slot->count;
        }
    }
}

void w2v_words_firsts(const w2v_words *words, int64_t *firsts) {
    if (words->size) { /* an empty set has no array, and memcpy takes no NULL */
        memcpy(firsts, words->firsts, (size_t)words->size * sizeof *firsts);
    }
}

/* Sets that are being merged: which words of each are not in the result yet. */
struct merge {
    w2v_words *words;
    const w2v_words *const *parts;
    const int64_t *const *counts;
    int32_t *const *maps;
    int64_t *next;
    int64_t part_count;
};

struct candidate {
    int64_t part, id;
    struct w2v_key key;
};

/* The part whose next word stood first in the text; -1: none has any left. */
static int64_t earliest(const struct merge *merge) {
    int64_t best = -1;
    for (int64_t p = 0; p < merge->part_count; p++) {
        if (merge->next[p] < merge->parts[p]->size &&
            (best < 0 || merge->parts[p]->firsts[merge->next[p]] < merge->parts[best]->firsts[merge->next[best]])) {
            best = p;
        }
    }
    return best;
}

static const uint8_t *word_of(const w2v_words *words, int64_t id, int64_t *length) {
    *length = words->starts[id + 1] - 1 - words->starts[id];
    return words->bytes + words->starts[id];
}

/* Take the next words in the order of the text, at most MERGE_BATCH, and ask for their slots; how many. */
static int take_batch(struct merge *merge, struct candidate *batch) {
    int taken = 0;
    for (; taken < MERGE_BATCH; taken++) {
        struct candidate *next = &batch[taken];
        next->part = earliest(merge);
        if (next->part < 0) {
            break;
        }
        next->id = merge->next[next->part]++;
        int64_t length;
        const uint8_t *word = word_of(merge->parts[next->part], next->id, &length);
        uint8_t padded[16] = {0};
        if (length <= W2V_INLINE_BYTES) {
            memcpy(padded, word, (size_t)length); /* a key reads 16 bytes, there may be fewer */
            word = padded;
        }
        next->key = w2v_word_key(word, length, merge->words->seed);
        W2V_PREFETCH(&merge->words->slots[w2v_hash_key(next->key, merge->words->seed) >> merge->words->shift]);
    }
    return taken;
}

/* Add one word to the result; 0 when out of memory. */
static int merge_word(struct merge *merge, const struct candidate *candidate) {
    const w2v_words *part = merge->parts[candidate->part];
    const int64_t id = candidate->id;
    int64_t length, invalid; /* the latter is never set: the words of a set are valid */
    const uint8_t *word = word_of(part, id, &length);
    struct w2v_slot *slot =
        w2v_words_find(merge->words, word, length, candidate->key, part->firsts[id], &invalid);
    if (slot) {
        slot->count += merge->counts[candidate->part][id];
        merge->maps[candidate->part][id] = slot->id;
    }
    return slot != NULL;
}

int w2v_words_merge(w2v_words *words, const w2v_words *const *parts, const int64_t *const *counts,
                    int32_t *const *maps, int64_t part_count) {
    struct merge merge = {words, parts, counts, maps, calloc((size_t)part_count + 1, sizeof(int64_t)), part_count};
    int has_memory = merge.next != NULL;
    for (int64_t p = 0; p < part_count; p++) { /* at least as many slots as the largest part */
        while (has_memory && words->shift > parts[p]->shift) {
            has_memory = grow_slots(words);
        }
    }
    struct candidate batch[MERGE_BATCH];
    for (int taken = 1; has_memory && taken;) {
        taken = take_batch(&merge, batch);
        for (int i = 0; has_memory && i < taken; i++) {
            has_memory = merge_word(&merge, &batch[i]);
        }
    }
    free(merge.next);
    return has_memory ? W2V_SCAN_OK : W2V_SCAN_NO_MEMORY;
}
