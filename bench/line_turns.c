/*
 * line_turns.c - two threads hand a cache line to and fro: bench.second_core compiles it.
 */
#include <stdint.h>

/* Wait `count` times until *turn is even (first = 0) or odd (first = 1), and count it on. */
void line_turns(int64_t *turn, int64_t first, int64_t count)
{
    for (int64_t i = 0; i < count; i++) {
        while (__atomic_load_n(turn, __ATOMIC_ACQUIRE) != 2 * i + first) {
        }
        __atomic_store_n(turn, 2 * i + first + 1, __ATOMIC_RELEASE);
    }
}
