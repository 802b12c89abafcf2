/*
 * word_lines.c - the words of rows that were read, moved together so that all can be decoded at once.
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
