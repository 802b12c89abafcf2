/*
 * wordmap.h - distinct words with their counts: an open-addressing hash table.
 *
 * A word of up to 15 bytes is its own key, inside the slot: finding one that is known touches one cache
 * line and compares two numbers. A longer one has its hash and its length there, and is then compared
 * with the bytes kept. Slots are 32 bytes; at most half of them are used, in large tables three quarters.
 */
#ifndef W2V_WORDMAP_H
#define W2V_WORDMAP_H

#include <stdint.h>
#include <string.h>

#define W2V_INLINE_BYTES 15
#define W2V_LONG_WORD (UINT64_C(1) << 63)

/*
 * Up to W2V_INLINE_BYTES: the bytes, zero-padded, and in the eight highest bits of `high` the length (a
 * NUL byte is not padding, and no key is 0). Longer: the hash, and W2V_LONG_WORD + the length.
 */
struct w2v_key {
    uint64_t low, high;
};

struct w2v_slot {
    struct w2v_key key; /* 0, 0: the slot is empty */
    int64_t count;
    int32_t id;
    int32_t unused;
};

#if defined(__GNUC__)
#define W2V_PREFETCH(address) __builtin_prefetch((address), 1)
#else
#define W2V_PREFETCH(address) ((void)0)
#endif

struct w2v_words {
    struct w2v_slot *slots;
    int shift; /* 64 - log2(number of slots) */
    uint64_t seed;
    int64_t size, capacity; /* words, and words that starts and firsts have room for */
    int64_t *starts;        /* (size + 1): word i is bytes[starts[i]:starts[i + 1] - 1] */
    int64_t *firsts;        /* (size,): where in the text word i first stood, in bytes */
    uint8_t *bytes;         /* the words, in order of first appearance, each followed by one \n */
    int64_t bytes_capacity;
};

/* The byte at word + 15 is not part of an inline key: where it is the lowest, not the highest, of the number,
 * the others move down. */
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
#define W2V_KEY_TAIL(high) ((high) >> 8)
#else
#define W2V_KEY_TAIL(high) (high)
#endif

/* 16 bytes of ones, then 16 of zeros: (table + 16 - n) masks n bytes, whatever the byte order. */
extern const uint8_t w2v_ones_then_zeros[32];

/* The hash of a word longer than W2V_INLINE_BYTES. */
uint64_t w2v_hash_bytes(const uint8_t *bytes, int64_t length, uint64_t seed);

static inline uint64_t w2v_load64(const uint8_t *bytes) {
    uint64_t value;
    memcpy(&value, bytes, 8);
    return value;
}

/* The folded 128-bit product of a and b: every bit of both reaches every bit of the result. */
static inline uint64_t w2v_fold(uint64_t a, uint64_t b) {
#ifdef __SIZEOF_INT128__
    const unsigned __int128 product = (unsigned __int128)a * b;
    return (uint64_t)product ^ (uint64_t)(product >> 64);
#else
    const uint64_t a0 = (uint32_t)a, a1 = a >> 32, b0 = (uint32_t)b, b1 = b >> 32;
    const uint64_t low = a0 * b0, mid = a1 * b0 + (low >> 32), cross = a0 * b1 + (uint32_t)mid;
    return (a * b) ^ (a1 * b1 + (mid >> 32) + (cross >> 32));
#endif
}

/* The hash of a key; the seed keeps a text from being made to collide. */
static inline uint64_t w2v_hash_key(struct w2v_key key, uint64_t seed) {
    /* The constant is the golden ratio's fraction: an arbitrary odd number. */
    return w2v_fold(key.low ^ seed, key.high ^ 0x9E3779B97F4A7C15u);
}

/* The key of a word; 16 bytes from `word` on are read if it has at most W2V_INLINE_BYTES. */
static inline struct w2v_key w2v_word_key(const uint8_t *word, int64_t length, uint64_t seed) {
    struct w2v_key key;
    if (length <= W2V_INLINE_BYTES) {
        const uint8_t *mask = w2v_ones_then_zeros + 16 - length;
        key.low = w2v_load64(word) & w2v_load64(mask);
        key.high = w2v_load64(word + 8) & w2v_load64(mask + 8);
        key.high = W2V_KEY_TAIL(key.high) | (uint64_t)length << 56;
    } else {
        key.low = w2v_hash_bytes(word, length, seed);
        key.high = W2V_LONG_WORD + (uint64_t)length;
    }
    return key;
}

static inline int w2v_same_key(struct w2v_key a, struct w2v_key b) {
    return ((a.low ^ b.low) | (a.high ^ b.high)) == 0;
}

/*
 * Find a word or append it with a count of 0.
 * key: of the word, which is then compared too; first: kept if it is new. Returns its slot, valid until the next call, or NULL:
 * out of memory, or, with *invalid set to the offset in the word, not valid UTF-8 (only new words are
 * looked at, the known ones were).
 */
struct w2v_slot *w2v_words_find(struct w2v_words *words, const uint8_t *word, int64_t length,
                                struct w2v_key key, int64_t first, int64_t *invalid);

#endif
