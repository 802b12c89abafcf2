/*
 * scan.c - text to words, words to provisional ids, provisional ids to word ids.
 *
 * One chunk of text goes through three loops: the edges of words as bit masks of 64 bytes, written out as
 * positions; the key and the hash of some hundred words, with a prefetch of each one's slot; the look-up of
 * each. Keeping them apart lets the processor have many slots on their way at once.
 */
#include <string.h>

#include "w2vref.h"
#include "whitespace.h"
#include "wordmap.h"

#define BATCH_WORDS 64
#define BATCH_EDGES (2 * BATCH_WORDS)

#ifdef W2V_HAVE_SSE2_MASKS
#define BLOCK_MASKS w2v_block_masks_sse2
#else
#define BLOCK_MASKS w2v_block_masks_portable
#endif

#if defined(__GNUC__)
static inline int lowest_bit(uint64_t mask) {
    return __builtin_ctzll(mask);
}
#else
static inline int lowest_bit(uint64_t mask) {
    int bit = 0;
    while (!(mask >> bit & 1)) {
        bit++;
    }
    return bit;
}
#endif

static inline int count_bits(uint64_t mask) {
    mask -= mask >> 1 & 0x5555555555555555u;
    mask = (mask & 0x3333333333333333u) + (mask >> 2 & 0x3333333333333333u);
    mask = (mask + (mask >> 4)) & 0x0F0F0F0F0F0F0F0Fu;
    return (int)(mask * 0x0101010101010101u >> 56);
}

/* The words found and not looked up yet, and the state that goes from one block of 64 bytes to the next. */
struct scanner {
    w2v_words *words;
    const uint8_t *text;
    int64_t offset;                          /* of the text in the file */
    uint32_t edges[BATCH_EDGES + 64];        /* begin of a word, its end, begin of the next ... */
    int64_t edge_count;
    uint64_t space_tail;                     /* bits of a long space that reach into the next block */
    int32_t *ids;
    int64_t word_count;
    int32_t *breaks;
    int64_t break_count;
};

/* The third loop for a word that is not where its hash points, or is long, or new. Returns its slot or NULL. */
static struct w2v_slot *find_elsewhere(struct scanner *scanner, int64_t begin, int64_t end, int *code,
                                       int64_t *invalid) {
    w2v_words *words = scanner->words;
    const uint8_t *word = scanner->text + begin;
    int64_t bad = -1;
    const struct w2v_key key = w2v_word_key(word, end - begin, words->seed);
    struct w2v_slot *slot = w2v_words_find(words, word, end - begin, key, scanner->offset + begin, &bad);
    if (!slot) {
        *invalid = bad < 0 ? -1 : scanner->offset + begin + bad;
        *code = bad < 0 ? W2V_SCAN_NO_MEMORY : W2V_SCAN_INVALID_UTF8;
    }
    return slot;
}

/* Look up the words whose both edges are known. Returns W2V_SCAN_OK or the error of w2v_scan_chunk. */
static int flush(struct scanner *scanner, int64_t *invalid) {
    w2v_words *words = scanner->words;
    struct w2v_key keys[BATCH_WORDS + 32];
    uint64_t places[BATCH_WORDS + 32];
    const uint32_t *edges = scanner->edges;
    const int64_t count = scanner->edge_count / 2;
    const uint8_t *text = scanner->text;
    const uint64_t seed = words->seed;
    const int shift = words->shift;
    struct w2v_slot *slots = words->slots;
    for (int64_t i = 0; i < count; i++) {
        const uint32_t begin = edges[2 * i], length = edges[2 * i + 1] - begin;
        keys[i] = w2v_word_key(text + begin, length, seed);
        places[i] = w2v_hash_key(keys[i], seed) >> shift;
        W2V_PREFETCH(&slots[places[i]]);
    }
    int32_t *ids = scanner->ids + scanner->word_count;
    for (int64_t i = 0; i < count; i++) {
        /* The table may have grown since, and the place be another's: then the keys differ. */
        struct w2v_slot *slot = &slots[places[i]];
        if (!w2v_same_key(slot->key, keys[i]) || keys[i].high >= W2V_LONG_WORD) {
            int code = W2V_SCAN_OK;
            slot = find_elsewhere(scanner, edges[2 * i], edges[2 * i + 1], &code, invalid);
            if (!slot) {
                return code;
            }
            slots = words->slots;
        }
        slot->count++;
        ids[i] = slot->id;
    }
    scanner->word_count += count;
    if (scanner->edge_count & 1) { /* the word goes on in the next block */
        scanner->edges[0] = scanner->edges[scanner->edge_count - 1];
    }
    scanner->edge_count &= 1;
    return W2V_SCAN_OK;
}

/* Add the longer spaces that begin at the bits of lead. */
static uint64_t long_spaces(struct scanner *scanner, const uint8_t *block, uint64_t lead) {
    uint64_t space = scanner->space_tail;
    scanner->space_tail = 0;
    for (; lead; lead &= lead - 1) {
        const int at = lowest_bit(lead);
        const int size = w2v_long_space(block + at);
        if (size) {
            const uint64_t bits = (UINT64_C(1) << size) - 1;
            space |= bits << at;
            scanner->space_tail |= at + size > 64 ? bits >> (64 - at) : 0;
        }
    }
    return space;
}

/* Note where lines end: the number of words of the chunk before each newline, once for each number. */
static void note_breaks(struct scanner *scanner, uint64_t newline, uint64_t edges) {
    for (; newline; newline &= newline - 1) {
        /* A newline is a space, so the edges up to it, its own included, are those of whole words. */
        const uint64_t upto = newline ^ (newline - 1);
        const int64_t before = scanner->word_count + (scanner->edge_count + count_bits(edges & upto)) / 2;
        if (scanner->break_count == 0 || scanner->breaks[scanner->break_count - 1] != before) {
            scanner->breaks[scanner->break_count++] = (int32_t)before;
        }
    }
}

/* Append the edges of a block whose first byte is text[at]. */
static inline void note_edges(struct scanner *scanner, int64_t at, uint64_t edges) {
    int64_t count = scanner->edge_count;
    for (; edges; edges &= edges - 1) {
        scanner->edges[count++] = (uint32_t)at + (uint32_t)lowest_bit(edges);
    }
    scanner->edge_count = count;
}

/* The first two of the three loops over a chunk; calls the third. */
static int scan_blocks(struct scanner *scanner, int64_t length, int64_t *invalid) {
    uint64_t after_space = 1; /* whether the byte before the block is a space */
    for (int64_t at = 0; at < length; at += 64) {
        const uint8_t *block = scanner->text + at;
        const struct w2v_block_masks masks = BLOCK_MASKS(block);
        uint64_t space = masks.space;
        if (masks.lead | scanner->space_tail) {
            space |= long_spaces(scanner, block, masks.lead);
        }
        const uint64_t edges = space ^ (space << 1 | after_space);
        after_space = space >> 63;
        note_breaks(scanner, masks.newline, edges);
        note_edges(scanner, at, edges);
        if (scanner->edge_count >= BATCH_EDGES) {
            const int code = flush(scanner, invalid);
            if (code != W2V_SCAN_OK) {
                return code;
            }
        }
    }
    if (scanner->edge_count & 1) { /* a word up to the very end of the text */
        scanner->edges[scanner->edge_count++] = (uint32_t)length;
    }
    return flush(scanner, invalid);
}

int w2v_scan_chunk(w2v_words *words, uint8_t *text, int64_t length, int64_t offset, int32_t *ids,
                   int32_t *breaks, w2v_scan_found *found) {
    struct scanner scanner = {.words = words, .text = text, .offset = offset, .ids = ids, .breaks = breaks};
    memset(text + length, ' ', W2V_SCAN_PADDING);
    found->invalid = -1;
    const int code = scan_blocks(&scanner, length, &found->invalid);
    found->words = scanner.word_count;
    found->breaks = scanner.break_count;
    return code;
}

int64_t w2v_scan_sentences(const int32_t *breaks, int64_t break_count, int64_t words_before, int64_t words,
                           int64_t longest, int64_t *last_end, int64_t *ends) {
    int64_t count = 0, last = *last_end;
    for (int64_t i = 0; i <= break_count; i++) {
        const int64_t upto = words_before + (i < break_count ? breaks[i] : words);
        while (upto - last >= longest) {
            last += longest;
            ends[count++] = last;
        }
        if (i < break_count && upto > last) {
            last = upto;
            ends[count++] = last;
        }
    }
    *last_end = last;
    return count;
}
