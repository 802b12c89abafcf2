/*
 * lanes.h - the vectors of one instruction set. Included once by each simd_*.c, after W2V_WIDTH.
 *
 *   w2v_vec    W2V_WIDTH floats (4, 8 or 16): a part of a row. A block of 16 lanes is W2V_PARTS of them.
 *   w2v_sums   the sums of up to eight dots, W2V_SUM_WIDTH (4 or 8) in each of its W2V_SUM_PARTS.
 *
 * + - * / on vectors are the compiler's: one IEEE operation in each lane.
 *
 * With W2V_EMULATE_AVX512 the code for sixteen floats is compiled for a processor with AVX2, so that a
 * machine without AVX-512 can at least check its logic (tools/check_kernels.py).
 */
#ifndef W2V_LANES_H
#define W2V_LANES_H

#include "internal.h"

#define W2V_PARTS (W2V_BLOCK / W2V_WIDTH)
/* Logistic steps that are taken together: as many as a register of sums has lanes. */
#define W2V_GROUP 8

/* One case of a switch: carry out `call` with the constant `n` equal to `value`. */
#define W2V_CASE(value, call) case value: { enum { n = value }; call; } break;

/* Carry out `call` with the constant `n` equal to count (1 .. W2V_GROUP), so that loops over rows unroll. */
#define W2V_BY_COUNT(count, call)                                                                      \
    switch (count) {                                                                                   \
    W2V_CASE(1, call) W2V_CASE(2, call) W2V_CASE(3, call) W2V_CASE(4, call)                            \
    W2V_CASE(5, call) W2V_CASE(6, call) W2V_CASE(7, call)                                              \
    default: { enum { n = W2V_GROUP }; call; } break;                                                  \
    }

/*
 * Skip-gram with negative sampling scores a pair while it updates the one before (kernel/overlap.c). Where a block takes
 * more than one register, that gained nothing.
 */
#define W2V_OVERLAPS (W2V_PARTS == 1)

typedef float w2v_f4 __attribute__((vector_size(16), may_alias));
typedef int32_t w2v_i4 __attribute__((vector_size(16), may_alias));

#if W2V_WIDTH == 4
typedef w2v_f4 w2v_vec;
#elif W2V_WIDTH == 8
typedef __m256 w2v_vec;
#elif defined(W2V_EMULATE_AVX512)
typedef float w2v_vec __attribute__((vector_size(64), may_alias));
#else
typedef __m512 w2v_vec;
#endif

/* The bits of a vector's floats, or what comparing two vectors gives. */
typedef int32_t w2v_bits __attribute__((vector_size(4 * W2V_WIDTH), may_alias));

/* Sets of the lanes of a vector: a bit each where a processor compares into masks, else -1 or 0 each. */
#if W2V_WIDTH == 16 && !defined(W2V_EMULATE_AVX512)
typedef __mmask16 w2v_lane_set;
#else
typedef w2v_bits w2v_lane_set;
#endif

#if W2V_WIDTH == 4
typedef w2v_f4 w2v_sum;
typedef w2v_i4 w2v_sum_bits;
#define W2V_SUM_WIDTH 4
#else
typedef __m256 w2v_sum;
typedef int32_t w2v_sum_bits __attribute__((vector_size(32), may_alias));
#define W2V_SUM_WIDTH 8
#endif
#define W2V_SUM_PARTS (W2V_GROUP / W2V_SUM_WIDTH)
typedef struct {
    w2v_sum part[W2V_SUM_PARTS];
} w2v_sums;

/*
 * Return how many components of a row of `size` the kernels pass over: whole vectors, and a block at least, since every
 * dot begins with one: of scratch rows nothing else is ever written. Components behind, up to the stride, are +0 and
 * stay so, and would add +0 to a dot: the bits are those of whole blocks, but that a dot of zeros alone may be -0, whose
 * sigmoid and loss are those of +0.
 */
W2V_INLINE int64_t w2v_extent(int64_t size)
{
    return size <= W2V_BLOCK ? W2V_BLOCK : (size + W2V_WIDTH - 1) / W2V_WIDTH * W2V_WIDTH;
}

W2V_INLINE w2v_vec w2v_load(const float *from)
{
    return *(const w2v_vec *)from;
}

W2V_INLINE void w2v_store(float *to, w2v_vec value)
{
    *(w2v_vec *)to = value;
}

/* The same for integers. */
W2V_INLINE w2v_bits w2v_load_bits(const int32_t *from)
{
    return *(const w2v_bits *)from;
}

W2V_INLINE void w2v_store_bits(int32_t *to, w2v_bits value)
{
    *(w2v_bits *)to = value;
}

W2V_INLINE w2v_lane_set w2v_every_lane(void)
{
#if W2V_WIDTH == 16 && !defined(W2V_EMULATE_AVX512)
    return 0xFFFF;
#else
    return ~(w2v_bits){0};
#endif
}

/* Return those lanes of a set in which a and b are not the same. */
W2V_INLINE w2v_lane_set w2v_where_unequal(w2v_lane_set lanes, w2v_bits a, w2v_bits b)
{
#if W2V_WIDTH == 16 && !defined(W2V_EMULATE_AVX512)
    return _mm512_mask_cmpneq_epi32_mask(lanes, (__m512i)a, (__m512i)b);
#else
    return lanes & (w2v_bits)(a != b);
#endif
}

/* Return -1 in the lanes of a set, 0 in others. */
W2V_INLINE w2v_bits w2v_bits_of(w2v_lane_set lanes)
{
#if W2V_WIDTH == 16 && !defined(W2V_EMULATE_AVX512)
    return (w2v_bits)_mm512_movm_epi32(lanes);
#else
    return lanes;
#endif
}

W2V_INLINE w2v_vec w2v_all(float x)
{
#if W2V_WIDTH == 4
    return (w2v_vec){x, x, x, x};
#elif W2V_WIDTH == 8
    return _mm256_set1_ps(x);
#elif defined(W2V_EMULATE_AVX512)
    return (w2v_vec){x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x};
#else
    return _mm512_set1_ps(x);
#endif
}

W2V_INLINE w2v_sum w2v_all_sums(float x)
{
#if W2V_SUM_WIDTH == 4
    return (w2v_sum){x, x, x, x};
#else
    return _mm256_set1_ps(x);
#endif
}

/* Put two times four sums together, and store them apart. */
W2V_INLINE w2v_sums w2v_join_fours(w2v_f4 first, w2v_f4 second)
{
#if W2V_SUM_WIDTH == 4
    return (w2v_sums){{first, second}};
#else
    return (w2v_sums){{_mm256_set_m128(second, first)}};
#endif
}

W2V_INLINE void w2v_store_fours(w2v_sums x, float *first, float *second)
{
#if W2V_SUM_WIDTH == 4
    *(w2v_f4 *)first = x.part[0];
    *(w2v_f4 *)second = x.part[1];
#else
    *(w2v_f4 *)first = _mm256_castps256_ps128(x.part[0]);
    *(w2v_f4 *)second = _mm256_extractf128_ps(x.part[0], 1);
#endif
}

/*
 * Ask for a line that will be written. Where the processor can be told so (AVX2 and AVX-512, PREFETCHW), it fetches
 * the line for this core alone at once, and not a second time when it is written: that counts when other workers write it
 * too.
 */
W2V_INLINE void w2v_ask(const float *line)
{
    __builtin_prefetch(line, 1, 3);
}

/* Have the compiler leave the making of these two before all that uses them: it gives order to what does not need one. */
#if defined(__x86_64__)
#define W2V_IN_ORDER(sum, integer) __asm__("" : "+v"(sum), "+r"(integer))
#elif defined(__aarch64__)
#define W2V_IN_ORDER(sum, integer) __asm__("" : "+w"(sum), "+r"(integer))
#else
#define W2V_IN_ORDER(sum, integer) (void)0
#endif

/*
 * a * b + c, where a * b is a float: rounded once or twice, the bits are the same, and where a processor does both at once it
 * takes less time.
 */
W2V_INLINE w2v_sum w2v_add_exact_product(w2v_sum a, w2v_sum b, w2v_sum c)
{
#if W2V_SUM_WIDTH == 8
    return _mm256_fmadd_ps(a, b, c);
#else
    return a * b + c;
#endif
}

/* min(max(x, -bound), bound) in each lane; -bound for NaN. */
W2V_INLINE w2v_sum w2v_clamp(w2v_sum x, float bound)
{
#if W2V_SUM_WIDTH == 8
    return _mm256_min_ps(_mm256_max_ps(x, _mm256_set1_ps(-bound)), _mm256_set1_ps(bound));
#elif defined(__x86_64__)
    return _mm_min_ps(_mm_max_ps(x, _mm_set1_ps(-bound)), _mm_set1_ps(bound));
#elif defined(__aarch64__)
    return vminq_f32(vmaxnmq_f32(x, vdupq_n_f32(-bound)), vdupq_n_f32(bound));
#else
    for (int lane = 0; lane < 4; lane++)
        x[lane] = !(x[lane] > -bound) ? -bound : x[lane] > bound ? bound : x[lane];
    return x;
#endif
}

/* ---- the end of the dot product: lanes l and l + 8, l + 4, l + 2, l + 1 are added ------------
 * Eight dots are reduced together: at each halving the halves of two vectors are put side by
 * side, so that an addition works for both, and the sums end up in the order of the dots. */

#if W2V_WIDTH == 4

/* The last two halvings of four dots: a transposition whose columns are added on the way. */
W2V_INLINE w2v_f4 w2v_reduce_four(w2v_f4 a, w2v_f4 b, w2v_f4 c, w2v_f4 d)
{
#if defined(__x86_64__)
    w2v_f4 ab = _mm_movelh_ps(a, b) + _mm_movehl_ps(b, a);
    w2v_f4 cd = _mm_movelh_ps(c, d) + _mm_movehl_ps(d, c);
    return _mm_shuffle_ps(ab, cd, 0x88) + _mm_shuffle_ps(ab, cd, 0xDD);
#elif defined(__aarch64__)
    w2v_f4 ab = vcombine_f32(vget_low_f32(a), vget_low_f32(b)) + vcombine_f32(vget_high_f32(a), vget_high_f32(b));
    w2v_f4 cd = vcombine_f32(vget_low_f32(c), vget_low_f32(d)) + vcombine_f32(vget_high_f32(c), vget_high_f32(d));
    return vuzp1q_f32(ab, cd) + vuzp2q_f32(ab, cd);
#else
    w2v_f4 even = {a[0] + a[2], b[0] + b[2], c[0] + c[2], d[0] + d[2]};
    w2v_f4 odd = {a[1] + a[3], b[1] + b[3], c[1] + c[3], d[1] + d[3]};
    return even + odd;
#endif
}

W2V_INLINE w2v_sums w2v_reduce(w2v_vec lanes[W2V_GROUP][W2V_PARTS])
{
    w2v_f4 quarter[W2V_GROUP];
#pragma GCC unroll 8
    for (int i = 0; i < W2V_GROUP; i++)
        quarter[i] = (lanes[i][0] + lanes[i][2]) + (lanes[i][1] + lanes[i][3]);
    return (w2v_sums){{w2v_reduce_four(quarter[0], quarter[1], quarter[2], quarter[3]),
                       w2v_reduce_four(quarter[4], quarter[5], quarter[6], quarter[7])}};
}

#elif W2V_WIDTH == 8

W2V_INLINE w2v_sums w2v_reduce(w2v_vec lanes[W2V_GROUP][W2V_PARTS])
{
    __m256 four[4]; /* four lanes of dot i in the lower half, of dot i + 4 in the upper */
#pragma GCC unroll 4
    for (int i = 0; i < 4; i++) {
        __m256 a = lanes[i][0] + lanes[i][1], b = lanes[i + 4][0] + lanes[i + 4][1];
        four[i] = _mm256_blend_ps(a, b, 0xF0) + _mm256_permute2f128_ps(a, b, 0x21);
    }
    __m256 two[2];
#pragma GCC unroll 2
    for (int i = 0; i < 2; i++) {
        __m256d a = _mm256_castps_pd(four[2 * i]), b = _mm256_castps_pd(four[2 * i + 1]);
        two[i] = _mm256_castpd_ps(_mm256_unpacklo_pd(a, b)) + _mm256_castpd_ps(_mm256_unpackhi_pd(a, b));
    }
    return (w2v_sums){{_mm256_shuffle_ps(two[0], two[1], 0x88) + _mm256_shuffle_ps(two[0], two[1], 0xDD)}};
}

#else

/* Lanes of two vectors: 0 .. 15 are those of a, 16 .. 31 those of b. */
#if defined(__clang__)
#define W2V_LANES(a, b, ...) __builtin_shufflevector(a, b, __VA_ARGS__)
#else
#define W2V_LANES(a, b, ...) __builtin_shuffle(a, b, (w2v_bits){__VA_ARGS__})
#endif

/* Halve the lanes of two vectors: a's stay on the left of each pair of halves, b's on the right, which only needs a blend. */
W2V_INLINE w2v_vec w2v_halve_to_eight(w2v_vec a, w2v_vec b)
{
    return W2V_LANES(a, b, 0, 1, 2, 3, 4, 5, 6, 7, 24, 25, 26, 27, 28, 29, 30, 31) +
           W2V_LANES(a, b, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23);
}

W2V_INLINE w2v_vec w2v_halve_to_four(w2v_vec a, w2v_vec b)
{
    return W2V_LANES(a, b, 0, 1, 2, 3, 20, 21, 22, 23, 8, 9, 10, 11, 28, 29, 30, 31) +
           W2V_LANES(a, b, 4, 5, 6, 7, 16, 17, 18, 19, 12, 13, 14, 15, 24, 25, 26, 27);
}

W2V_INLINE w2v_vec w2v_halve_to_two(w2v_vec a, w2v_vec b)
{
    return W2V_LANES(a, b, 0, 1, 18, 19, 4, 5, 22, 23, 8, 9, 26, 27, 12, 13, 30, 31) +
           W2V_LANES(a, b, 2, 3, 16, 17, 6, 7, 20, 21, 10, 11, 24, 25, 14, 15, 28, 29);
}

W2V_INLINE w2v_sums w2v_reduce(w2v_vec lanes[W2V_GROUP][W2V_PARTS])
{
    /* Sixteen lanes hold eight of each of two dots, then four of each of 0 2 1 3, then two of each of 0 4 2 6 1 5 3 7. */
    const w2v_vec first = w2v_halve_to_four(w2v_halve_to_eight(lanes[0][0], lanes[1][0]),
                                            w2v_halve_to_eight(lanes[2][0], lanes[3][0]));
    const w2v_vec second = w2v_halve_to_four(w2v_halve_to_eight(lanes[4][0], lanes[5][0]),
                                             w2v_halve_to_eight(lanes[6][0], lanes[7][0]));
    const w2v_vec two = w2v_halve_to_two(first, second);
    const w2v_vec sums = two + W2V_LANES(two, two, 1, 0, 3, 2, 5, 4, 7, 6, 9, 8, 11, 10, 13, 12, 15, 14);
    const w2v_vec in_order = W2V_LANES(sums, sums, 0, 8, 4, 12, 2, 10, 6, 14, 1, 9, 5, 13, 3, 11, 7, 15);
#if defined(W2V_EMULATE_AVX512)
    return (w2v_sums){{((const __m256 *)&in_order)[0]}};
#else
    return (w2v_sums){{_mm512_castps512_ps256(in_order)}};
#endif
}

#endif
#endif
