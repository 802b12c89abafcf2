/* utf8.h - validity of UTF-8 as Python's strict decoder sees it. */
#ifndef W2V_UTF8_H
#define W2V_UTF8_H

#include <stdint.h>

/*
 * Offset of the first byte that begins no valid character (overlong, surrogate, beyond U+10FFFF, stray
 * continuation or cut short by the end), as UnicodeDecodeError.start; length if there is none.
 * text: length bytes, which are all that is read.
 */
int64_t w2v_utf8_invalid(const uint8_t *text, int64_t length);

#endif
