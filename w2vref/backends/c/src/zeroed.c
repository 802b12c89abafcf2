/* zeroed.c - the arrays of zeroed.h. */
#include "zeroed.h"

#include <stdint.h>
#include <stdlib.h>

#if defined(__linux__)
#include <sys/mman.h>

#define HUGE_PAGE ((size_t)2 << 20)

static int is_large(size_t bytes) {
    return bytes >= HUGE_PAGE;
}

/* Map `bytes` that begin at a multiple of a huge page: more are mapped, and what stands over is given back. */
static void *map_aligned(size_t bytes) {
    if (bytes > SIZE_MAX - HUGE_PAGE) {
        return NULL;
    }
    uint8_t *mapped = mmap(NULL, bytes + HUGE_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (mapped == MAP_FAILED) {
        return NULL;
    }
    const size_t before = (HUGE_PAGE - (uintptr_t)mapped % HUGE_PAGE) % HUGE_PAGE, behind = HUGE_PAGE - before;
    if (before) {
        munmap(mapped, before);
    }
    munmap(mapped + before + bytes, behind);
    madvise(mapped + before, bytes, MADV_HUGEPAGE); /* a wish: what refuses it still has the memory */
    return mapped + before;
}

void *w2v_zeroed_new(size_t bytes) {
    return is_large(bytes) ? map_aligned(bytes) : calloc(1, bytes);
}

void w2v_zeroed_free(void *memory, size_t bytes) {
    if (memory && is_large(bytes)) {
        munmap(memory, bytes);
    } else {
        free(memory);
    }
}

#else

void *w2v_zeroed_new(size_t bytes) {
    return calloc(1, bytes);
}

void w2v_zeroed_free(void *memory, size_t bytes) {
    (void)bytes;
    free(memory);
}

#endif
