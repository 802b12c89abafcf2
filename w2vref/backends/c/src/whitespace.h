/*
 * whitespace.h - where words and lines end: 64 bytes of text as bit masks.
 *
 * A word is a maximal run without any character that Python's str.split() splits at. In UTF-8 these are
 *   1 byte:  09-0D, 1C-20
 *   2 bytes: C2 85, C2 A0
 *   3 bytes: E1 9A 80 (U+1680), E2 80 80..8A (U+2000-200A), E2 80 A8, E2 80 A9, E2 80 AF, E2 81 9F,
 *            E3 80 80 (U+3000)
 * No such sequence can begin inside a valid character, so none has to be decoded to find them; and a
 * text is valid UTF-8 if and only if each of its words is.
 */
#ifndef W2V_WHITESPACE_H
#define W2V_WHITESPACE_H

#include <stdint.h>

/* Bit i speaks of byte i of the block. */
struct w2v_block_masks {
    uint64_t space;   /* one-byte spaces */
    uint64_t newline; /* \n, which is one of them */
    uint64_t lead;    /* C2, E1, E2, E3: bytes that may begin a longer space */
};

/* The masks of the 64 bytes at text; both give the same, the portable one on every machine. */
struct w2v_block_masks w2v_block_masks_portable(const uint8_t *text);
#if defined(__SSE2__)
#define W2V_HAVE_SSE2_MASKS 1
struct w2v_block_masks w2v_block_masks_sse2(const uint8_t *text);
#endif

/* Length in bytes of the space of two or three bytes at text, 0 if there is none; reads 3 bytes. */
static inline int w2v_long_space(const uint8_t *text) {
    switch (text[0]) {
    case 0xC2:
        return text[1] == 0x85 || text[1] == 0xA0 ? 2 : 0;
    case 0xE1:
        return text[1] == 0x9A && text[2] == 0x80 ? 3 : 0;
    case 0xE2:
        if (text[1] == 0x80) {
            const uint8_t last = text[2];
            return (last >= 0x80 && last <= 0x8A) || last == 0xA8 || last == 0xA9 || last == 0xAF ? 3 : 0;
        }
        return text[1] == 0x81 && text[2] == 0x9F ? 3 : 0;
    case 0xE3:
        return text[1] == 0x80 && text[2] == 0x80 ? 3 : 0;
    default:
        return 0;
    }
}

/* Tell whether a byte is a space of one byte. */
static inline int w2v_ascii_space(uint8_t byte) {
    return (uint8_t)(byte - 0x09) <= 0x0D - 0x09 || (uint8_t)(byte - 0x1C) <= 0x20 - 0x1C;
}

#endif
