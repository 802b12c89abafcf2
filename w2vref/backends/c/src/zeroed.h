/*
 * zeroed.h - arrays that begin as zeros.
 *
 * A large one is asked of the system in huge pages where there are such (Linux, if it lets programs ask): the first
 * touch of each small page, and a look-up whose address has no translation at hand, cost more than counting a word.
 */
#ifndef W2V_ZEROED_H
#define W2V_ZEROED_H

#include <stddef.h>

/* NULL: out of memory. */
void *w2v_zeroed_new(size_t bytes);
/* bytes: as asked for; memory may be NULL. */
void w2v_zeroed_free(void *memory, size_t bytes);

#endif
