/*
 * text_numbers.c - float32 numbers in text: the shortest digits that read back exactly, and reading
 * them correctly rounded; the rows of the word2vec text format.
 *
 * Only plain rows are read here: decimal numbers with one space before each, whose float32 value can be
 * decided in double precision. Anything else (nan, a number on the border between two floats, a row that
 * is wrong) is left to the caller, which has the exact arithmetic and the words for the error.
 */
#include "w2vref.h"

#include <fenv.h>
#include <float.h>
#include <string.h>

/* ---- writing -------------------------------------------------------------------------------- */

/*
 * POWERS[k + 31] = ceil(10^k * 2^-r) with r such that it has 64 bits, for k = -31 .. 45.
 * (spec_tests/library/test_text_numbers.py computes them again.)
 */
static const uint64_t POWERS[77] = {
    0x81ceb32c4b43fcf5u, 0xa2425ff75e14fc32u, 0xcad2f7f5359a3b3fu, 0xfd87b5f28300ca0eu,
    0x9e74d1b791e07e49u, 0xc612062576589ddbu, 0xf79687aed3eec552u, 0x9abe14cd44753b53u,
    0xc16d9a0095928a28u, 0xf1c90080baf72cb2u, 0x971da05074da7befu, 0xbce5086492111aebu,
    0xec1e4a7db69561a6u, 0x9392ee8e921d5d08u, 0xb877aa3236a4b44au, 0xe69594bec44de15cu,
    0x901d7cf73ab0acdau, 0xb424dc35095cd810u, 0xe12e13424bb40e14u, 0x8cbccc096f5088ccu,
    0xafebff0bcb24aaffu, 0xdbe6fecebdedd5bfu, 0x89705f4136b4a598u, 0xabcc77118461cefdu,
    0xd6bf94d5e57a42bdu, 0x8637bd05af6c69b6u, 0xa7c5ac471b478424u, 0xd1b71758e219652cu,
    0x83126e978d4fdf3cu, 0xa3d70a3d70a3d70bu, 0xcccccccccccccccdu, 0x8000000000000000u,
    0xa000000000000000u, 0xc800000000000000u, 0xfa00000000000000u, 0x9c40000000000000u,
    0xc350000000000000u, 0xf424000000000000u, 0x9896800000000000u, 0xbebc200000000000u,
    0xee6b280000000000u, 0x9502f90000000000u, 0xba43b74000000000u, 0xe8d4a51000000000u,
    0x9184e72a00000000u, 0xb5e620f480000000u, 0xe35fa931a0000000u, 0x8e1bc9bf04000000u,
    0xb1a2bc2ec5000000u, 0xde0b6b3a76400000u, 0x8ac7230489e80000u, 0xad78ebc5ac620000u,
    0xd8d726b7177a8000u, 0x878678326eac9000u, 0xa968163f0a57b400u, 0xd3c21bcecceda100u,
    0x84595161401484a0u, 0xa56fa5b99019a5c8u, 0xcecb8f27f4200f3au, 0x813f3978f8940985u,
    0xa18f07d736b90be6u, 0xc9f2c9cd04674edfu, 0xfc6f7c4045812297u, 0x9dc5ada82b70b59eu,
    0xc5371912364ce306u, 0xf684df56c3e01bc7u, 0x9a130b963a6c115du, 0xc097ce7bc90715b4u,
    0xf0bdc21abb48db21u, 0x96769950b50d88f5u, 0xbc143fa4e250eb32u, 0xeb194f8e1ae525feu,
    0x92efd1b8d0cf37bfu, 0xb7abc627050305aeu, 0xe596b7b0c643c71au, 0x8f7e32ce7bea5c70u,
    0xb35dbf821ae4f38cu,};

/* The upper 32 bits of the 96-bit product / 2^32, with the lowest bit set if anything below is not zero. */
static inline uint32_t round_to_odd(uint64_t power, uint32_t factor)
{
    uint64_t low = (power & 0xffffffffu) * factor;
    uint64_t high = (power >> 32) * factor + (low >> 32);
    return (uint32_t)(high >> 32) | ((uint32_t)high > 1);
}

/* floor(log2(10^e)), for |e| <= 1233. */
static inline int floor_log2_pow10(int e)
{
    return (e * 1741647) >> 19;
}

/*
 * Find the shortest decimal in the rounding interval of a float; of several, the closest to it.
 * Raffaello Giulietti, "The Schubfach way to render doubles" (2020), section 9, for binary32.
 * fraction, biased: the fields of a finite float that is not zero. Returns the digits as an integer, and
 * sets *exponent so that the value is digits * 10^*exponent.
 */
static uint32_t shortest_decimal(uint32_t fraction, int biased, int *exponent)
{
    uint32_t significand = biased ? fraction | 0x800000u : fraction;
    int binary = (biased ? biased : 1) - 150;
    if (binary <= 0 && binary > -24 && (significand & ((1u << -binary) - 1)) == 0) {
        *exponent = 0; /* an integer below 2^24 */
        return significand >> -binary;
    }
    int even = significand % 2 == 0;
    /* Below a power of two the next float is only half as far. */
    int closer = fraction == 0 && biased > 1;
    uint32_t left = 4 * significand - 2 + (uint32_t)closer;
    uint32_t middle = 4 * significand;
    uint32_t right = 4 * significand + 2;

    int k = (binary * 1262611 - (closer ? 524031 : 0)) >> 22; /* floor(log10 of the interval's width) */
    int shift = binary + floor_log2_pow10(-k) + 1;
    uint64_t power = POWERS[-k + 31];
    uint32_t lower = round_to_odd(power, left << shift) + !even;
    uint32_t value = round_to_odd(power, middle << shift);
    uint32_t upper = round_to_odd(power, right << shift) - !even;

    uint32_t digits = value / 4;
    if (digits >= 10) { /* one digit less? */
        uint32_t tens = digits / 10;
        int down_inside = lower <= 40 * tens;
        int up_inside = 40 * tens + 40 <= upper;
        if (down_inside != up_inside) {
            *exponent = k + 1;
            return tens + (uint32_t)up_inside;
        }
    }
    *exponent = k;
    int down_inside = lower <= 4 * digits;
    int up_inside = 4 * digits + 4 <= upper;
    if (down_inside != up_inside)
        return digits + (uint32_t)up_inside;
    uint32_t half = 4 * digits + 2;
    return digits + (value > half || (value == half && (digits & 1)));
}

static inline char *put(char *out, const char *text)
{
    size_t length = strlen(text);
    memcpy(out, text, length);
    return out + length;
}

/* Write `count` digits of number, leading zeros included. */
static inline void put_digits(char *out, uint32_t number, int count)
{
    for (int i = count - 1; i >= 0; i--) {
        out[i] = (char)('0' + number % 10);
        number /= 10;
    }
}

/* Write digits * 10^exponent, not zero: positional for 1e-4 <= value < 1e6, else as 1.25e-05. */
static char *put_decimal(char *out, uint32_t digits, int exponent)
{
    while (digits % 10 == 0) {
        digits /= 10;
        exponent++;
    }
    int count = 1;
    for (uint32_t rest = digits; rest >= 10; rest /= 10)
        count++;
    int scale = exponent + count - 1; /* the decimal exponent of the first digit */
    if (scale < -4 || scale >= 6) {
        put_digits(out + 1, digits, count);
        out[0] = out[1];
        out[1] = '.';
        out += count == 1 ? 1 : count + 1;
        *out++ = 'e';
        *out++ = scale < 0 ? '-' : '+';
        put_digits(out, (uint32_t)(scale < 0 ? -scale : scale), 2);
        return out + 2;
    }
    if (scale < 0) {
        out = put(out, "0.");
        memset(out, '0', (size_t)(-scale - 1));
        out += -scale - 1;
        put_digits(out, digits, count);
        return out + count;
    }
    if (exponent >= 0) {
        put_digits(out, digits, count);
        out += count;
        memset(out, '0', (size_t)exponent);
        return put(out + exponent, ".0");
    }
    put_digits(out + 1, digits, count);
    memmove(out, out + 1, (size_t)(scale + 1));
    out[scale + 1] = '.';
    return out + count + 1;
}

static char *put_float(char *out, float number)
{
    uint32_t bits;
    memcpy(&bits, &number, sizeof bits);
    uint32_t fraction = bits & 0x7fffffu;
    int biased = (int)(bits >> 23 & 0xff);
    if (biased == 255 && fraction)
        return put(out, "nan");
    if (bits >> 31)
        *out++ = '-';
    if (biased == 255)
        return put(out, "inf");
    if (biased == 0 && fraction == 0)
        return put(out, "0.0");
    int exponent;
    uint32_t digits = shortest_decimal(fraction, biased, &exponent);
    return put_decimal(out, digits, exponent);
}

int64_t w2v_text_write_rows(const float *rows, int64_t count, int64_t size, int64_t stride,
                            const char *words, const int64_t *word_offsets, char *out)
{
    char *start = out;
    for (int64_t row = 0; row < count; row++) {
        size_t length = (size_t)(word_offsets[row + 1] - word_offsets[row]);
        memcpy(out, words + word_offsets[row], length);
        out += length;
        for (int64_t column = 0; column < size; column++) {
            *out++ = ' ';
            out = put_float(out, rows[row * stride + column]);
        }
        *out++ = '\n';
    }
    return out - start;
}

/* ---- reading -------------------------------------------------------------------------------- */

static const double TENS[23] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

/*
 * Set *number to digits * 10^exponent, rounded once to float32; digits <= 10^15, |exponent| <= 22.
 * The double is correctly rounded, since both operands are exact (Clinger 1990); rounding it again is
 * right unless it lies half-way between two floats, where what the first rounding lost would decide:
 * then 0 is returned. Such values are normal floats: 1e-22 <= value <= 1e37, or 0.
 */
static inline int nearest_float(uint64_t digits, int exponent, float *number)
{
    double value = (double)digits;
    value = exponent < 0 ? value / TENS[-exponent] : value * TENS[exponent];
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    *number = (float)value;
    return (bits & 0x1fffffffu) != 0x10000000u;
}

static inline int is_digit(char c)
{
    return (unsigned char)(c - '0') < 10;
}

/* Read one plain number; return what comes after it, or NULL if it needs the caller's arithmetic. */
static const char *read_float(const char *text, float *number)
{
    int negative = *text == '-';
    text += negative || *text == '+';
    uint64_t digits = 0;
    int significant = 0, dropped = 0, exponent = 0, inexact = 0;
    const char *start = text;
    for (; is_digit(*text); text++) {
        if (significant < 15) {
            digits = digits * 10 + (uint64_t)(*text - '0');
            significant += digits != 0;
        } else {
            inexact |= *text != '0';
            if (++dropped > 64)
                return 0;
        }
    }
    int64_t read = text - start;
    if (*text == '.') {
        const char *point = ++text;
        for (; is_digit(*text); text++) {
            if (significant < 15) {
                digits = digits * 10 + (uint64_t)(*text - '0');
                significant += digits != 0;
            } else {
                inexact |= *text != '0';
                if (++dropped > 64)
                    return 0;
            }
        }
        if (text - point > 256)
            return 0;
        exponent = -(int)(text - point);
        read += text - point;
    }
    if (read == 0)
        return 0;
    if (*text == 'e' || *text == 'E') {
        int minus = *++text == '-';
        text += minus || *text == '+';
        if (!is_digit(*text))
            return 0;
        int power = 0;
        for (; is_digit(*text); text++)
            if ((power = power * 10 + (*text - '0')) > 999)
                return 0;
        exponent += minus ? -power : power;
    }
    exponent += dropped;
    *number = 0.0f;
    if (digits != 0) {
        if (exponent < -22 || exponent > 22 || !nearest_float(digits, exponent, number))
            return 0;
        float above;
        if (inexact && (!nearest_float(digits + 1, exponent, &above) || above != *number))
            return 0;
    }
    if (negative)
        *number = -*number;
    return text;
}

/* Skip the blanks that may end a row; `\n` is not among them. */
static inline const char *skip_blanks(const char *text)
{
    while (*text == ' ' || *text == '\r' || *text == '\t' || *text == '\v' || *text == '\f')
        text++;
    return text;
}

int64_t w2v_text_read_rows(const char *text, int64_t length, int64_t max_rows, int64_t size, int64_t stride,
                           float *rows, int64_t *word_bounds, int64_t *consumed)
{
    const char *position = text, *end = text + length;
    int64_t row = 0;
#if FLT_EVAL_METHOD == 0
    int rounding = fegetround();
    fesetround(FE_TONEAREST);
    while (row < max_rows && position < end) {
        /* The text ends with a newline, at which every loop below stops. */
        const char *word_end = position;
        while (*word_end != ' ' && *word_end != '\n')
            word_end++;
        const char *next = word_end;
        int64_t column = 0;
        while (column < size && *next == ' ') {
            next = read_float(next + 1, rows + row * stride + column);
            if (!next || (*next != ' ' && *next != '\n' && *next != '\r'))
                break;
            column++;
        }
        if (column < size || *(next = skip_blanks(next)) != '\n')
            break;
        word_bounds[2 * row] = position - text;
        word_bounds[2 * row + 1] = word_end - text;
        row++;
        position = next + 1;
    }
    fesetround(rounding);
#else
    /* Doubles are not rounded to 53 bits here (x87): the caller reads every row. */
    (void)max_rows, (void)size, (void)stride, (void)rows, (void)word_bounds, (void)end;
#endif
    *consumed = position - text;
    return row;
}
