/*
 * nearest.c - the rows that may be nearest to a query, from rows in bytes.
 *
 * A query reads all rows, and is as fast as the memory; bytes are a quarter of floats. For each row and
 * query the loss is bounded (Cauchy-Schwarz), so no row is missed. Most rows are ruled out by six bits of
 * each code and eight of the query; the others are looked at again with all bits.
 */
#include <math.h>

#include "internal.h"

/* What float32 roundings may add to a bound: some ten operations on numbers of at most 1. */
#define W2V_ROUNDING 4e-6
/* Rows that stay in the second cache while all queries pass over them. */
#define W2V_TILE 256
/* Queries that share the loads of a row. */
#define W2V_SHARED 8
/* Codes are stored with this added, so that they are bytes without sign. */
#define W2V_CENTER 128
/* The value that the upper six bits stand for: 4 * bits + 1.5 - 128. */
#define W2V_COARSE_CENTER 126.5

/* Adding and taking away 1.5 * 2^52 rounds a double to the nearest whole number. */
#define W2V_WHOLE 6755399441055744.0

/* Four at a time: sums in a fixed order, which the compiler may not find by itself. */
typedef double w2v_d4 __attribute__((vector_size(32), aligned(8)));
typedef float w2v_unaligned_f4 __attribute__((vector_size(16), aligned(4)));
typedef int64_t w2v_l4 __attribute__((vector_size(32), aligned(8)));

typedef int32_t w2v_unaligned_i4 __attribute__((vector_size(16), aligned(4)));

W2V_INLINE double w2v_sum4(const w2v_d4 *x)
{
    return ((*x)[0] + (*x)[1]) + ((*x)[2] + (*x)[3]);
}

W2V_INLINE void w2v_four_doubles(const float *from, int64_t count, w2v_d4 *some)
{
    if (W2V_LIKELY(count >= 4)) {
        *some = __builtin_convertvector(*(const w2v_unaligned_f4 *)from, w2v_d4);
        return;
    }
    *some = (w2v_d4){0, 0, 0, 0};
    for (int64_t i = 0; i < count; i++)
        (*some)[i] = from[i];
}

/* Codes of the components first .. first + 15; adds the squares of what they, and their upper bits, lose. */
W2V_INLINE void w2v_sixteen_codes(const float *row, int64_t first, int64_t size, double step, double per_step,
                                  uint8_t *codes, w2v_d4 *lost, w2v_d4 *coarse_lost)
{
    int32_t whole[16];
    for (int i = 0; i < 16; i += 4) {
        w2v_d4 x, code, rest, upper;
        w2v_four_doubles(row + first + i, size - first - i, &x);
        code = (x * per_step + W2V_WHOLE) - W2V_WHOLE;
        rest = x - code * step;
        *lost += rest * rest;
        w2v_unaligned_i4 byte = __builtin_convertvector(code, w2v_unaligned_i4) + W2V_CENTER;
        upper = __builtin_convertvector((byte >> 2) * 4, w2v_d4) - W2V_COARSE_CENTER;
        rest = x - upper * step;
        for (int64_t lane = size - first - i; W2V_UNLIKELY(lane < 4); lane++)
            if (lane >= 0)
                rest[lane] = 0; /* beyond the size queries are 0, so nothing is lost */
        *coarse_lost += rest * rest;
        *(w2v_unaligned_i4 *)(whole + i) = byte;
    }
    for (int i = 0; i < 16; i++)
        codes[first + i] = (uint8_t)whole[i];
}

W2V_INLINE void w2v_bytes_of_row(const float *row, int64_t size, int64_t width, uint8_t *codes, float *scale,
                                 float *error, float *coarse_error)
{
    w2v_d4 squares = {0, 0, 0, 0}, maxima = {0, 0, 0, 0}, lost = {0, 0, 0, 0}, coarse_lost = {0, 0, 0, 0};
    for (int64_t i = 0; i < size; i += 4) {
        w2v_d4 x, square;
        w2v_four_doubles(row + i, size - i, &x);
        square = x * x;
        squares += square;
        w2v_l4 larger = square > maxima;
        maxima = (w2v_d4)(((w2v_l4)square & larger) | ((w2v_l4)maxima & ~larger));
    }
    double norm = sqrt(w2v_sum4(&squares)), largest = 0;
    for (int lane = 0; lane < 4; lane++)
        largest = maxima[lane] > largest ? maxima[lane] : largest;
    if (!(norm > 0 && norm < INFINITY)) { /* a row of zeros, or one that is not finite */
        for (int64_t i = 0; i < width; i++)
            codes[i] = W2V_CENTER;
        *scale = 0;
        *error = *coarse_error = norm == 0 ? 0 : -INFINITY;
        return;
    }
    double step = sqrt(largest) / 127;
    for (int64_t i = 0; i < width; i += 16)
        w2v_sixteen_codes(row, i, size, step, 1 / step, codes, &lost, &coarse_lost);
    *scale = (float)(step / norm);
    *error = (float)(sqrt(w2v_sum4(&lost)) / norm + W2V_ROUNDING);
    *coarse_error = (float)(sqrt(w2v_sum4(&coarse_lost)) / norm + W2V_ROUNDING);
}

#define W2V_BYTES_OF_ROWS(NAME, TARGET)                                                                     \
    TARGET static void NAME(const float *vectors, int64_t stride, int64_t size, const w2v_byte_rows *rows)  \
    {                                                                                                       \
        for (int64_t r = 0; r < rows->count; r++)                                                           \
            w2v_bytes_of_row(vectors + r * stride, size, rows->width, rows->codes + r * rows->width,        \
                             rows->scales + r, rows->errors + r, rows->coarse_errors + r);                  \
    }

W2V_BYTES_OF_ROWS(w2v_bytes_plain, )
#if defined(__x86_64__)
#define W2V_AVX2_TARGET __attribute__((target("avx2")))
W2V_BYTES_OF_ROWS(w2v_bytes_avx2, W2V_AVX2_TARGET)
#endif

void w2v_bytes_of_rows(int simd, const float *vectors, int64_t stride, int64_t size, const w2v_byte_rows *rows)
{
#if defined(__x86_64__)
    if (simd == W2V_AVX2 || simd == W2V_AVX512) {
        w2v_bytes_avx2(vectors, stride, size, rows);
        return;
    }
#endif
    (void)simd;
    w2v_bytes_plain(vectors, stride, size, rows);
}

/* ---- products of one row with several queries ------------------------------------------------- */

/* All bits of the row, less W2V_CENTER, with one query. */
W2V_INLINE int32_t w2v_dot_plain(const uint8_t *row, const int16_t *query, int64_t width)
{
    int32_t sum = 0;
    for (int64_t i = 0; i < width; i++)
        sum += (row[i] - W2V_CENTER) * query[i];
    return sum;
}

/* Queries that are compared with a row together. */
typedef struct {
    const int8_t *codes; /* one behind the other */
    const float *scales, *centers, *errors;
    float floors[W2V_SHARED]; /* lower bounds of the best so far */
} w2v_group;

/* By the upper six bits of a row: bit q is set if the row may be among the best of query q. */
W2V_INLINE unsigned w2v_coarse_plain(const uint8_t *row, float scale, float error, const w2v_group *group,
                                     int64_t width, int shared)
{
    unsigned some = 0;
    for (int q = 0; q < shared; q++) {
        int32_t dot = 0;
        for (int64_t i = 0; i < width; i++)
            dot += (row[i] >> 2) * group->codes[q * width + i];
        float upper = (4 * (float)dot - group->centers[q]) * (scale * group->scales[q]) + (error + group->errors[q]);
        some |= (unsigned)(upper >= group->floors[q]) << q;
    }
    return some;
}

#if defined(__x86_64__)
#define W2V_AVX2_INLINE static inline __attribute__((always_inline, target("avx2")))

W2V_AVX2_INLINE int32_t w2v_total_avx2(__m256i x)
{
    __m128i half = _mm_add_epi32(_mm256_castsi256_si128(x), _mm256_extracti128_si256(x, 1));
    half = _mm_add_epi32(half, _mm_shuffle_epi32(half, 0x4E));
    half = _mm_add_epi32(half, _mm_shuffle_epi32(half, 0xB1));
    return _mm_cvtsi128_si32(half);
}

W2V_AVX2_INLINE int32_t w2v_dot_avx2(const uint8_t *row, const int16_t *query, int64_t width)
{
    __m256i sum = _mm256_setzero_si256(), center = _mm256_set1_epi16(W2V_CENTER);
    for (int64_t i = 0; i < width; i += 16) {
        __m256i x = _mm256_cvtepu8_epi16(_mm_loadu_si128((const __m128i *)(row + i)));
        __m256i y = _mm256_loadu_si256((const __m256i *)(query + i));
        sum = _mm256_add_epi32(sum, _mm256_madd_epi16(_mm256_sub_epi16(x, center), y));
    }
    return w2v_total_avx2(sum);
}

W2V_AVX2_INLINE __m256i w2v_six_bits_avx2(const uint8_t *codes)
{
    __m256i x = _mm256_loadu_si256((const __m256i *)codes);
    return _mm256_and_si256(_mm256_srli_epi16(x, 2), _mm256_set1_epi8(63));
}

W2V_AVX2_INLINE unsigned w2v_coarse_avx2(const uint8_t *row, float scale, float error, const w2v_group *group,
                                         int64_t width, int shared)
{
    __m256i sums[W2V_SHARED], ones = _mm256_set1_epi16(1);
#pragma GCC unroll 8
    for (int q = 0; q < shared; q++)
        sums[q] = _mm256_setzero_si256();
    /* A sum of four products of at most 63 * 127 is below 2^15. */
    for (int64_t i = 0; i < width; i += 64) {
        __m256i x0 = w2v_six_bits_avx2(row + i), x1 = w2v_six_bits_avx2(row + i + 32);
#pragma GCC unroll 8
        for (int q = 0; q < shared; q++) {
            const __m256i *y = (const __m256i *)(group->codes + q * width + i);
            __m256i pairs = _mm256_add_epi16(_mm256_maddubs_epi16(x0, _mm256_loadu_si256(y)),
                                             _mm256_maddubs_epi16(x1, _mm256_loadu_si256(y + 1)));
            sums[q] = _mm256_add_epi32(sums[q], _mm256_madd_epi16(pairs, ones));
            __asm__("" : "+x"(sums[q])); /* one query after the other, so that all sums stay in registers */
        }
    }
    if (shared < W2V_SHARED) {
        float dot = (float)w2v_total_avx2(sums[0]);
        return (4 * dot - group->centers[0]) * (scale * group->scales[0]) + (error + group->errors[0]) >=
               group->floors[0];
    }
    __m256i a = _mm256_hadd_epi32(_mm256_hadd_epi32(sums[0], sums[1]), _mm256_hadd_epi32(sums[2], sums[3]));
    __m256i b = _mm256_hadd_epi32(_mm256_hadd_epi32(sums[4], sums[5]), _mm256_hadd_epi32(sums[6], sums[7]));
    __m256i low = _mm256_permute2x128_si256(a, b, 0x20), high = _mm256_permute2x128_si256(a, b, 0x31);
    __m256 dots = _mm256_cvtepi32_ps(_mm256_add_epi32(low, high));
    __m256 upper = (4 * dots - _mm256_loadu_ps(group->centers)) * (scale * _mm256_loadu_ps(group->scales)) +
                   (error + _mm256_loadu_ps(group->errors));
    return (unsigned)_mm256_movemask_ps(_mm256_cmp_ps(upper, _mm256_loadu_ps(group->floors), _CMP_GE_OQ));
}
#endif

/* ---- candidates ---------------------------------------------------------------------------------- */

/* Put a lower bound among the `wanted` best of a query, a heap whose first is the smallest. */
static void w2v_keep_best(float *best, int64_t wanted, float lower)
{
    int64_t place = 0;
    if (!(lower > best[0]))
        return;
    for (;;) {
        int64_t child = 2 * place + 1;
        if (child + 1 < wanted && best[child + 1] < best[child])
            child++;
        if (child >= wanted || best[child] >= lower)
            break;
        best[place] = best[child];
        place = child;
    }
    best[place] = lower;
}

/* Leave out what the best have risen above since; return how many candidates are left. */
static int64_t w2v_drop_candidates(const w2v_byte_search *search, int64_t q)
{
    int64_t kept = 0, *rows = search->found + q * search->room;
    float *upper = search->upper + q * search->room, floor = search->best[q * search->wanted];
    for (int64_t i = 0; i < search->counts[q]; i++) {
        if (upper[i] >= floor) {
            rows[kept] = rows[i];
            upper[kept++] = upper[i];
        }
    }
    search->counts[q] = kept;
    return kept;
}

/* Look at a row with all bits. Returns 0 if the list of the query is full. */
W2V_INLINE int w2v_candidate(const w2v_byte_rows *rows, const w2v_byte_search *search, int64_t row, int64_t q,
                             int32_t dot)
{
    float *best = search->best + q * search->wanted;
    float cosine = (float)dot * (rows->scales[row] * search->scales[q]);
    float error = rows->errors[row] + search->errors[q];
    if (!(cosine + error >= best[0] && cosine + error > -INFINITY))
        return 1;
    int64_t place = q * search->room + search->counts[q]++;
    search->found[place] = row;
    search->upper[place] = cosine + error;
    w2v_keep_best(best, search->wanted, cosine - error);
    return search->counts[q] < search->room || w2v_drop_candidates(search, q) <= search->room / 2;
}

/* Rows first .. last - 1, `shared` (1 or W2V_SHARED) queries from q on. Returns 0 if a list is full. */
#define W2V_SEARCH(NAME, TARGET, COARSE, DOT)                                                               \
    TARGET static inline __attribute__((always_inline)) int NAME##_some(                                    \
        const w2v_byte_rows *rows, const w2v_byte_search *search, int64_t first, int64_t last, int64_t q,   \
        const int shared)                                                                                   \
    {                                                                                                       \
        int64_t width = rows->width;                                                                        \
        w2v_group group = {search->coarse_codes + q * width, search->coarse_scales + q,                     \
                           search->coarse_centers + q, search->coarse_errors + q, {0}};                     \
        for (int i = 0; i < shared; i++)                                                                    \
            group.floors[i] = search->best[(q + i) * search->wanted];                                       \
        for (int64_t r = first; r < last; r++) {                                                            \
            const uint8_t *row = rows->codes + r * width;                                                   \
            unsigned some = COARSE(row, rows->scales[r], rows->coarse_errors[r], &group, width, shared);    \
            for (; W2V_UNLIKELY(some); some &= some - 1) {                                                  \
                int i = __builtin_ctz(some);                                                                \
                if (!w2v_candidate(rows, search, r, q + i, DOT(row, search->codes + (q + i) * width, width)))\
                    return 0;                                                                               \
                group.floors[i] = search->best[(q + i) * search->wanted];                                   \
            }                                                                                               \
        }                                                                                                   \
        return 1;                                                                                           \
    }                                                                                                       \
                                                                                                            \
    TARGET static int NAME(const w2v_byte_rows *rows, const w2v_byte_search *search, int64_t first_row,     \
                           int64_t last_row)                                                                \
    {                                                                                                       \
        for (int64_t first = first_row; first < last_row; first += W2V_TILE) {                              \
            int64_t last = first + W2V_TILE < last_row ? first + W2V_TILE : last_row, q = 0;                \
            for (; q + W2V_SHARED <= search->queries; q += W2V_SHARED)                                      \
                if (!NAME##_some(rows, search, first, last, q, W2V_SHARED))                                 \
                    return 0;                                                                               \
            for (; q < search->queries; q++)                                                                \
                if (!NAME##_some(rows, search, first, last, q, 1))                                          \
                    return 0;                                                                               \
        }                                                                                                   \
        return 1;                                                                                           \
    }

W2V_SEARCH(w2v_search_plain, , w2v_coarse_plain, w2v_dot_plain)
#if defined(__x86_64__)
W2V_SEARCH(w2v_search_avx2, W2V_AVX2_TARGET, w2v_coarse_avx2, w2v_dot_avx2)
#endif

int w2v_byte_candidates(int simd, const w2v_byte_rows *rows, const w2v_byte_search *search, int64_t first_row,
                        int64_t last_row)
{
#if defined(__x86_64__)
    if (simd == W2V_AVX2 || simd == W2V_AVX512)
        return w2v_search_avx2(rows, search, first_row, last_row);
#endif
    (void)simd;
    return w2v_search_plain(rows, search, first_row, last_row);
}
