/*
 * binary_rows.c - the rows of the word2vec binary format: the word, a space, the vector.
 *
 * Only for processors that keep floats as the format does (little-endian); elsewhere no row is read or
 * written here, and the caller does it.
 */
#include "w2vref.h"

#include <string.h>

#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define W2V_SAME_BYTES 1
#else
#define W2V_SAME_BYTES 0
#endif

int64_t w2v_binary_write_rows(const float *rows, int64_t count, int64_t size, int64_t stride,
                              const char *words, const int64_t *word_offsets, int newline, char *out)
{
    char *start = out;
    size_t row_bytes = (size_t)size * sizeof(float);
    if (!W2V_SAME_BYTES)
        return -1;
    for (int64_t row = 0; row < count; row++) {
        size_t length = (size_t)(word_offsets[row + 1] - word_offsets[row]);
        memcpy(out, words + word_offsets[row], length);
        out += length;
        *out++ = ' ';
        memcpy(out, rows + row * stride, row_bytes);
        out += row_bytes;
        if (newline)
            *out++ = '\n';
    }
    return out - start;
}

int64_t w2v_binary_read_rows(const char *data, int64_t length, int64_t max_rows, int64_t size, int64_t stride,
                             int64_t max_word, float *rows, int64_t *word_bounds, int64_t *consumed)
{
    const char *position = data, *end = data + length;
    int64_t row_bytes = size * (int64_t)sizeof(float), row = 0;
    while (W2V_SAME_BYTES && row < max_rows && position < end) {
        int64_t reach = end - position < max_word ? end - position : max_word;
        const char *space = memchr(position, ' ', (size_t)reach);
        if (!space || end - space - 1 < row_bytes)
            break;
        while (*position == '\n')
            position++;
        memcpy(rows + row * stride, space + 1, (size_t)row_bytes);
        word_bounds[2 * row] = position - data;
        word_bounds[2 * row + 1] = space - data;
        row++;
        position = space + 1 + row_bytes;
    }
    *consumed = position - data;
    return row;
}
