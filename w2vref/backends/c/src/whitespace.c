/* whitespace.c - the bit masks of whitespace.h, and the last place where a text can be cut. */
#include "whitespace.h"

#include "w2vref.h"

struct w2v_block_masks w2v_block_masks_portable(const uint8_t *text) {
    struct w2v_block_masks masks = {0, 0, 0};
    for (int i = 0; i < 64; i++) {
        const uint8_t byte = text[i];
        masks.space |= (uint64_t)w2v_ascii_space(byte) << i;
        masks.newline |= (uint64_t)(byte == '\n') << i;
        masks.lead |= (uint64_t)(byte == 0xC2 || (uint8_t)(byte - 0xE1) <= 2) << i;
    }
    return masks;
}

#ifdef W2V_HAVE_SSE2_MASKS
#include <emmintrin.h>

/* Bytes of v in first .. first + span, as 0xFF; others 0. */
static inline __m128i in_range(__m128i v, char first, char span) {
    const __m128i distance = _mm_sub_epi8(v, _mm_set1_epi8(first));
    return _mm_cmpeq_epi8(_mm_min_epu8(distance, _mm_set1_epi8(span)), distance);
}

struct w2v_block_masks w2v_block_masks_sse2(const uint8_t *text) {
    struct w2v_block_masks masks = {0, 0, 0};
    for (int i = 0; i < 64; i += 16) {
        const __m128i v = _mm_loadu_si128((const __m128i *)(text + i));
        const __m128i space = _mm_or_si128(in_range(v, 0x09, 0x0D - 0x09), in_range(v, 0x1C, 0x20 - 0x1C));
        masks.space |= (uint64_t)(uint32_t)_mm_movemask_epi8(space) << i;
        masks.newline |= (uint64_t)(uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(v, _mm_set1_epi8('\n'))) << i;
        if (_mm_movemask_epi8(v)) {
            const __m128i lead =
                _mm_or_si128(_mm_cmpeq_epi8(v, _mm_set1_epi8((char)0xC2)), in_range(v, (char)0xE1, 2));
            masks.lead |= (uint64_t)(uint32_t)_mm_movemask_epi8(lead) << i;
        }
    }
    return masks;
}
#endif

int64_t w2v_scan_boundary(const uint8_t *text, int64_t length) {
    for (int64_t i = length - 1; i >= 0; i--) {
        if (w2v_ascii_space(text[i])) {
            return i + 1;
        }
        if (text[i] >= 0xC2 && text[i] <= 0xE3) {
            /* Whatever stands beyond the end is no part of the text: a space cut short is none yet. */
            const int64_t left = length - i;
            const uint8_t bytes[3] = {text[i], left > 1 ? text[i + 1] : 0, left > 2 ? text[i + 2] : 0};
            const int size = w2v_long_space(bytes);
            if (size) {
                return i + size;
            }
        }
    }
    return 0;
}
