/*
 * rows.c - where the rows of a table are, and lists of them.
 */

W2V_INLINE float *w2v_row(float *rows, int64_t stride, int64_t id)
{
    return rows + id * stride;
}

/* One line of a row, and those before it. */
#define W2V_ASK_FROM(line, row, to_write, level)                                                                      \
    case line:                                                                                                        \
        __builtin_prefetch((row) + (line - 1) * W2V_BLOCK, to_write, level);                                          \
        __attribute__((fallthrough));

/*
 * Ask for the lines of a row, to read (0) or to write (1), into the cache of the first level (3) or the second (2). The last
 * eight have no loop to count.
 */
#define W2V_ASK_FOR_ROW(row, stride, to_write, level)                                                                 \
    do {                                                                                                              \
        const float *row_ = (row);                                                                                    \
        int64_t lines_ = (stride) / W2V_BLOCK;                                                                        \
        for (; lines_ > 8; lines_--, row_ += W2V_BLOCK)                                                               \
            __builtin_prefetch(row_, to_write, level);                                                                \
        switch (lines_) {                                                                                             \
            W2V_ASK_FROM(8, row_, to_write, level)                                                                    \
            W2V_ASK_FROM(7, row_, to_write, level)                                                                    \
            W2V_ASK_FROM(6, row_, to_write, level)                                                                    \
            W2V_ASK_FROM(5, row_, to_write, level)                                                                    \
            W2V_ASK_FROM(4, row_, to_write, level)                                                                    \
            W2V_ASK_FROM(3, row_, to_write, level)                                                                    \
            W2V_ASK_FROM(2, row_, to_write, level)                                                                    \
        default: __builtin_prefetch(row_, to_write, level);                                                           \
        }                                                                                                             \
    } while (0)

/*
 * Copy a list of rows, W2V_GROUP at a time: how many there are changes from centre to centre, and a loop that counted them
 * would end where the processor does not expect it. Up to W2V_GROUP - 1 more than `count` are read and written.
 */
_Static_assert(W2V_LISTED == W2V_GROUP, "memory for lists is laid out in blocks.c for groups of W2V_LISTED");
W2V_INLINE void w2v_copy_list(float **to, float *const *from, int64_t count)
{
    for (int64_t k = 0; k < count; k += W2V_GROUP)
        memcpy(to + k, from + k, W2V_GROUP * sizeof *to);
}

/* Write the rows of a window, first .. last without the centre, in order: they are window[0 ..]; return how many. */
W2V_INLINE int64_t w2v_list_window(float **to, float *const *window, int64_t first, int64_t center, int64_t last)
{
    const int64_t left = first < center ? (last < center ? last + 1 : center) - first : 0;
    const int64_t start = first > center ? first : center + 1, right = last >= start ? last + 1 - start : 0;
    w2v_copy_list(to, window, left);
    w2v_copy_list(to + left, window + (start - first), right);
    return left + right;
}
