/*
 * issue_width.c - what a core does at most, and what it does in turn: bench.second_core compiles it.
 */
#include <stdint.h>

#define FOUR(x) x x x x

/* `count` times sixteen additions, each of which waits for the one before: a cycle each. */
void additions(int64_t count)
{
    int64_t x = 1;
    for (int64_t i = 0; i < count; i++)
#if defined(__aarch64__)
        __asm__ volatile(FOUR(FOUR("add %0, %0, %0\n")) : "+r"(x));
#else
        __asm__ volatile(FOUR(FOUR("add %0, %0\n")) : "+r"(x));
#endif
}

/* `count` times sixty-four instructions that wait for nothing and do nothing. */
void instructions(int64_t count)
{
    for (int64_t i = 0; i < count; i++)
        __asm__ volatile(FOUR(FOUR(FOUR("nop\n"))));
}
