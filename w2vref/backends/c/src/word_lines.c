/*
 * word_lines.c - words as lines of one text, so that all are decoded, encoded or hashed at once.
 */
#include "w2vref.h"

#include <string.h>

void w2v_words_as_lines(const char *data, const int64_t *word_bounds, int64_t count, char *out)
{
    for (int64_t row = 0; row < count; row++) {
        size_t length = (size_t)(word_bounds[2 * row + 1] - word_bounds[2 * row]);
        memcpy(out, data + word_bounds[2 * row], length);
        out += length;
        *out++ = '\n';
    }
}

void w2v_line_keys(const char *text, int64_t length, const char *suffix, int64_t suffix_length, uint64_t *keys)
{
    const uint64_t offset = 0xCBF29CE484222325u, prime = 0x100000001B3u;
    uint64_t hash = offset;
    for (int64_t at = 0; at < length; at++) {
        if (text[at] != '\n') {
            hash = (hash ^ (uint8_t)text[at]) * prime;
            continue;
        }
        for (int64_t i = 0; i < suffix_length; i++)
            hash = (hash ^ (uint8_t)suffix[i]) * prime;
        *keys++ = hash;
        hash = offset;
    }
}
