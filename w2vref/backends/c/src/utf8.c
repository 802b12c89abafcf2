/* utf8.c - the table of well-formed byte sequences (Unicode Standard, table 3-7), as code. */
#include "utf8.h"

static int in(uint8_t byte, uint8_t first, uint8_t last) {
    return byte >= first && byte <= last;
}

/* Bytes of the valid character at text, 0 if there is none; left > 0: bytes that may be read. */
static int character_size(const uint8_t *text, int64_t left) {
    const uint8_t lead = text[0];
    if (lead < 0x80) {
        return 1;
    }
    const int size = in(lead, 0xC2, 0xDF) ? 2 : in(lead, 0xE0, 0xEF) ? 3 : in(lead, 0xF0, 0xF4) ? 4 : 0;
    if (size == 0 || size > left) {
        return 0;
    }
    /* The second byte excludes overlong forms, surrogates and what is beyond U+10FFFF. */
    const uint8_t first = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
    const uint8_t last = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
    if (!in(text[1], first, last)) {
        return 0;
    }
    for (int i = 2; i < size; i++) {
        if (!in(text[i], 0x80, 0xBF)) {
            return 0;
        }
    }
    return size;
}

int64_t w2v_utf8_invalid(const uint8_t *text, int64_t length) {
    int64_t at = 0;
    while (at < length) {
        const int size = character_size(text + at, length - at);
        if (size == 0) {
            return at;
        }
        at += size;
    }
    return length;
}
