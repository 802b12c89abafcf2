/*
 * block_plan.c - what a block is made of: kept tokens, windows, noise, and what is added to which row.
 *
 * The twin of w2vref/reference/block_layout.py. Nothing here reads a parameter.
 */

/* Gather the kept tokens of corpus tokens first .. last - 1 of one sentence or piece, which begins at `start`. */
W2V_INLINE int64_t w2v_block_gather(const w2v_blocks *all, w2v_block *block, int64_t n, uint64_t sentence_key,
                                    int64_t start, int64_t first, int64_t last)
{
    const w2v_model *model = all->model;
    for (int64_t place = first; place < last; place++) {
        const int32_t word_id = all->corpus->tokens[place];
        if (W2V_UNLIKELY((uint64_t)word_id >= (uint64_t)model->vocab_size)) {
            block->bad_word = 1;
            return n;
        }
        w2v_ask_for_threshold(model, all->corpus, place);
        const uint64_t key = w2v_draw(sentence_key, (uint64_t)(place - start));
        block->word_ids[n] = word_id;
        block->keys[n] = key;
        n += w2v_is_kept(model, key, word_id);
    }
    return n;
}

/* Draw the windows of positions begin .. end - 1, which are those of one sentence or piece. */
W2V_INLINE void w2v_block_windows(const w2v_model *model, w2v_block *block, int64_t begin, int64_t end)
{
    for (int64_t i = begin; i < end; i++) {
        int64_t radius = model->window;
        if (model->shrink_windows)
            radius = w2v_window_radius(w2v_draw(block->keys[i], 0), model->window);
        const int64_t left = radius < i - begin ? radius : i - begin;
        const int64_t right = radius < end - 1 - i ? radius : end - 1 - i;
        block->left[i] = (int32_t)left;
        block->right[i] = (int32_t)right;
        /* The differences of centers_of; block->centers_of[n] takes those that fall behind the last. */
        block->centers_of[i - left]++;
        block->centers_of[i + right + 1]--;
    }
}

/*
 * Divide the tiles into tasks. One worker takes all of them at once. Where there are several, a task has half of one
 * worker's share of what is left: the last ones are short, so that all workers end at about the same time, and yet there
 * are few edges, where pairs are taken twice (after Polychronopoulos & Kuck 1987, "Guided self-scheduling").
 */
static void w2v_block_tasks(const w2v_blocks *all, w2v_block *block)
{
    const int64_t shares = all->rule->workers == 1 ? 1 : 2 * all->rule->workers;
    int64_t first = 0;
    block->tasks = 0;
    do { /* once, if there is no tile */
        const int64_t share = (block->tiles - first + shares - 1) / shares;
        block->task_tiles[block->tasks++] = (int32_t)first;
        first += share < all->most_task_tiles ? share : all->most_task_tiles;
    } while (first < block->tiles);
    block->task_tiles[block->tasks] = (int32_t)block->tiles;
}

/* Draw the noise of all tiles, in two stages: each works on a tile of its own, while what the next needs comes. */
static void w2v_block_noise(const w2v_blocks *all, w2v_block *block)
{
    const w2v_model *model = all->model;
    const uint64_t first = model->shrink_windows ? 1 : 0;
    const int64_t draws = all->rule->draws, tiles = block->tiles;
    uint32_t values[2][W2V_MOST_DRAWS];
    for (int64_t t = 0; t <= tiles; t++) {
        if (t < tiles)
            w2v_noise_draws(model, block->keys[t * all->rule->tile], first, draws, values[t % 2]);
        if (t >= 1)
            w2v_noise_words(model, draws, values[(t - 1) % 2], block->noise + (t - 1) * draws);
    }
}

/* Add up what the noise of each tile counts for. */
static void w2v_block_weights(const w2v_blocks *all, w2v_block *block)
{
    const int64_t tile = all->rule->tile;
    for (int64_t t = 0; t < block->tiles; t++) {
        const int64_t begin = t * tile, end = begin + tile < block->n ? begin + tile : block->n;
        int64_t weight = 0;
        for (int64_t i = begin; i < end; i++) {
            const int64_t pairs = (int64_t)block->left[i] + block->right[i];
            weight += all->model->sg ? pairs : pairs > 0;
        }
        block->weights[t] = weight;
    }
}

#define W2V_DIGIT_BITS 11

/* Sort block->entries by word id, keeping the order of those of one word. */
static void w2v_block_sort(const w2v_model *model, w2v_block *block, int64_t count)
{
    int bits = 1, passes, width;
    while (bits < 32 && (model->vocab_size - 1) >> bits)
        bits++;
    passes = (bits + W2V_DIGIT_BITS - 1) / W2V_DIGIT_BITS;
    width = (bits + passes - 1) / passes;
    for (int pass = 0; pass < passes; pass++) {
        uint32_t starts[1 << W2V_DIGIT_BITS] = {0};
        const int shift = 32 + pass * width;
        const uint64_t mask = ((uint64_t)1 << width) - 1;
        for (int64_t i = 0; i < count; i++)
            starts[block->entries[i] >> shift & mask]++;
        uint32_t sum = 0;
        for (uint64_t digit = 0; digit <= mask; digit++) {
            const uint32_t size = starts[digit];
            starts[digit] = sum;
            sum += size;
        }
        for (int64_t i = 0; i < count; i++)
            block->spare[starts[block->entries[i] >> shift & mask]++] = block->entries[i];
        uint64_t *const sorted = block->spare;
        block->spare = block->entries;
        block->entries = sorted;
    }
}

/*
 * Take what reaches over an edge between tasks from what may be lone: of skip-gram, input rows of centres whose windows
 * do, and output rows of positions that are in such a window.
 */
static void w2v_mark_crossing_pairs(const w2v_blocks *all, w2v_block *block, int64_t edge)
{
    const int64_t n = block->n, reach = all->reach;
    uint8_t *const lone = block->lone;
    for (int64_t i = edge > reach ? edge - reach : 0; i < n && i < edge + reach; i++) {
        const int64_t first = i < edge ? edge : i - block->left[i], last = i < edge ? i + block->right[i] : edge - 1;
        for (int64_t j = first; j <= last; j++) { /* on the other side of the edge */
            lone[i] &= (uint8_t)~W2V_LONE_INPUT;
            lone[j] &= (uint8_t)~W2V_LONE_OUTPUT;
        }
    }
}

/* CBOW: mark the positions that a window on the other side of an edge between tasks may hold. */
static void w2v_mark_crossing_windows(const w2v_blocks *all, w2v_block *block, int64_t edge)
{
    const int64_t reach = all->reach;
    for (int64_t i = edge > reach ? edge - reach : 0; i < block->n && i < edge + reach; i++)
        block->lone[i] = (block->lone[i] & (uint8_t)~W2V_LONE_INPUT) | W2V_CROSSES;
}

/* Begin with what may be lone, before words are compared: all that does not reach from one task of tiles into another. */
static void w2v_mark_crossings(const w2v_blocks *all, w2v_block *block)
{
    const int may_be = all->takes_lone_steps ? W2V_LONE_INPUT | W2V_LONE_OUTPUT : 0;
    memset(block->lone, may_be, (size_t)block->n);
    memset(block->lone + block->n, may_be & W2V_LONE_OUTPUT, (size_t)(block->tiles * all->rule->draws));
    for (int64_t task = 1; task < block->tasks; task++) {
        const int64_t edge = block->task_tiles[task] * all->rule->tile;
        if (all->model->sg)
            w2v_mark_crossing_pairs(all, block, edge);
        else
            w2v_mark_crossing_windows(all, block, edge);
    }
}

/*
 * Find the rows that a single position or noise word reads and adds to, all of it in one task, and take them off the
 * list: the tile takes their steps, while row and contribution are at hand. No one else can see that.
 */
static void w2v_find_lone(const w2v_blocks *all, w2v_block *block)
{
    const int64_t n = block->n, drawn = block->tiles * all->rule->draws;
    const int all_of_position = W2V_LONE_INPUT | W2V_LONE_OUTPUT;
    uint64_t *const entries = block->entries;
    w2v_mark_crossings(all, block);
    block->shared = n + drawn;
    if (!all->takes_lone_steps)
        return;
    /* Without branches: they would depend on the words. The positions of a word stand before its noise. */
    int64_t kept = 0;
    uint64_t before = UINT64_MAX;
    for (int64_t place = 0; place < n + drawn; place++) {
        const uint64_t entry = entries[place], after = place + 1 < n + drawn ? entries[place + 1] : UINT64_MAX;
        const int64_t i = (uint32_t)entry;
        const int begins = entry >> 32 != before >> 32, ends = entry >> 32 != after >> 32;
        const int one_position = begins & (ends | ((int64_t)(uint32_t)after >= n));
        const int lone = block->lone[i] & (one_position * W2V_LONE_INPUT | (begins & ends) * W2V_LONE_OUTPUT);
        block->lone[i] = (uint8_t)(lone | (block->lone[i] & W2V_CROSSES));
        entries[kept] = entry;
        kept += lone != (i < n ? all_of_position : W2V_LONE_OUTPUT);
        before = entry;
    }
    block->shared = kept;
}

/* Number the words of shared positions, for the sums of what these add: see w2v_block.sums. */
static void w2v_number_sums(w2v_block *block)
{
    const int64_t n = block->n;
    int32_t number = -1;
    uint64_t before = UINT64_MAX;
    for (int64_t place = 0; place < block->shared; place++) {
        const uint64_t entry = block->entries[place];
        const int64_t i = (uint32_t)entry;
        const int begins = entry >> 32 != before >> 32;
        number += begins & (i < n);
        block->sums[i < n ? i : n] = number ^ -begins; /* what is noise goes to a place that nobody reads */
        before = entry;
    }
}

/* List what is added to which row. */
static void w2v_block_entries(const w2v_blocks *all, w2v_block *block)
{
    const int64_t n = block->n, drawn = block->tiles * all->rule->draws;
    for (int64_t i = 0; i < n; i++)
        block->entries[i] = (uint64_t)block->word_ids[i] << 32 | (uint64_t)i;
    for (int64_t i = 0; i < drawn; i++)
        block->entries[n + i] = (uint64_t)block->noise[i] << 32 | (uint64_t)(n + i);
    w2v_block_sort(all->model, block, n + drawn);
    w2v_find_lone(all, block);
    if (all->adds_up)
        w2v_number_sums(block);
}

/* Prepare a block, or the beginning of one after a stop, which is then not worked on. */
static void w2v_do_block_prepare(const w2v_blocks *all, w2v_block *block, int64_t number)
{
    const w2v_model *model = all->model;
    const w2v_corpus *corpus = all->corpus;
    const w2v_run *run = all->run;
    const int64_t first = all->rule->bounds[number], last = all->rule->bounds[number + 1];
    const int64_t longest = all->rule->words;
    block->number = number;
    block->bad_word = 0;
    block->alpha = w2v_learning_rate(run, run->words_before + first);
    memset(block->centers_of, 0, (size_t)(last - first + 1) * sizeof *block->centers_of);
    int64_t n = 0;
    int64_t sentence = w2v_find_sentence(corpus, first);
    for (int64_t place = first; place < last && !block->bad_word; sentence++) {
        const int64_t start = corpus->sentence_offsets[sentence], end = corpus->sentence_offsets[sentence + 1];
        const uint64_t key = w2v_sentence_key(model->seed, run->epoch, sentence);
        const int64_t piece = end - start > longest ? longest : end - start;
        while (place < end && place < last && !__atomic_load_n(run->stop, __ATOMIC_RELAXED)) {
            const int64_t begin = n, stop = end - place < piece ? end : place + piece;
            n = w2v_block_gather(all, block, n, key, start, place, stop);
            w2v_block_windows(model, block, begin, n);
            place = stop;
        }
        if (__atomic_load_n(run->stop, __ATOMIC_RELAXED))
            break;
    }
    int32_t windows = 0;
    for (int64_t i = 0; i < n; i++) {
        windows += block->centers_of[i];
        block->centers_of[i] = windows - 1; /* its own window does not count */
    }
    block->n = n;
    block->tiles = (n + all->rule->tile - 1) / all->rule->tile;
    w2v_block_tasks(all, block);
    w2v_block_noise(all, block);
    w2v_block_weights(all, block);
    w2v_block_entries(all, block);
}
