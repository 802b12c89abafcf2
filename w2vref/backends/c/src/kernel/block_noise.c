/*
 * block_noise.c - the noise of a tile: h of all its positions with its noise words, then what they add to dA, and dN.
 *
 * The dots of the early noise words have been taken with the pairs (block_task.c).
 */

/*
 * Write the dots of a tile's positions with its noise words, but those of the early ones, which are there: eight words at a
 * time, then four with two positions.
 */
W2V_INLINE void w2v_dots_of_tile(const w2v_tile_task *task, w2v_tile *tile, int64_t draws)
{
    const int64_t whole = draws / W2V_GROUP * W2V_GROUP;
    for (int64_t p = tile->early; p < whole; p += W2V_GROUP)
        for (int64_t i = 0; i < tile->count; i++)
            w2v_store_sums(tile->h + i * tile->h_stride + p,
                           w2v_dots(W2V_GROUP, task->extent, tile->rows[i], tile->noise + p));
    for (int64_t i = 0; i < tile->count && whole < draws; i += 2) {
        const int64_t j = i + 1 < tile->count ? i + 1 : i; /* the last one: twice the same */
        w2v_store_fours(w2v_dots_of_two(task->extent, tile->rows[i], tile->rows[j], tile->noise + whole),
                        tile->h + i * tile->h_stride + whole, tile->h + j * tile->h_stride + whole);
    }
}

W2V_INLINE w2v_sum w2v_noise_coefficient(w2v_sum x, w2v_sum weight, float alpha)
{
    return w2v_sigmoid(x) * -weight * alpha;
}

/* Write h of a tile, whose rows and weights are set. */
static void w2v_score_noise_of(w2v_tile_task *task, w2v_tile *tile)
{
    static const float zeros[W2V_GROUP] __attribute__((aligned(32))) = {0};
    const int64_t draws = task->all->rule->draws, whole = draws / W2V_GROUP * W2V_GROUP;
    const float alpha = task->block->alpha;
    w2v_dots_of_tile(task, tile, draws);
    if (W2V_UNLIKELY(task->all->run->compute_loss))
        for (int64_t i = 0; i < tile->count; i++)
            for (int64_t p = 0; p < draws; p += W2V_GROUP)
                task->loss += (double)tile->weights[i] *
                              w2v_group_loss(w2v_load_sums(tile->h + i * tile->h_stride + p), zeros,
                                             draws - p < W2V_GROUP ? (int)(draws - p) : W2V_GROUP);
    for (int64_t i = 0; i < tile->count; i++) {
        const w2v_sum weight = w2v_all_sums(tile->weights[i]);
        for (int64_t p = 0; p < whole; p += W2V_SUM_WIDTH) {
            w2v_sum *const h = (w2v_sum *)(tile->h + i * tile->h_stride + p);
            *h = w2v_noise_coefficient(*h, weight, alpha);
        }
    }
    for (int64_t i = 0; i < tile->count && whole < draws; i += 2) {
        const int64_t j = i + 1 < tile->count ? i + 1 : i;
        float *const first = tile->h + i * tile->h_stride + whole, *const second = tile->h + j * tile->h_stride + whole;
        const w2v_f4 of_first = {tile->weights[i], tile->weights[i], tile->weights[i], tile->weights[i]};
        const w2v_f4 of_second = {tile->weights[j], tile->weights[j], tile->weights[j], tile->weights[j]};
        w2v_sums x = w2v_join_fours(*(const w2v_f4 *)first, *(const w2v_f4 *)second);
        const w2v_sums weight = w2v_join_fours(of_first, of_second);
#pragma GCC unroll 2
        for (int part = 0; part < W2V_SUM_PARTS; part++)
            x.part[part] = w2v_noise_coefficient(x.part[part], weight.part[part], alpha);
        w2v_store_fours(x, first, second);
    }
}

/* Add the noise to dA of a tile's positions, and write dN: `parts` vectors of each from `at`. */
W2V_INLINE void w2v_sum_noise_parts(int parts, int64_t at, const w2v_tile *tile, int64_t draws)
{
    w2v_outer_parts(parts, at, tile->count, tile->to_rows, tile->h_stride, draws, tile->noise, 1, tile->h, 0);
    w2v_outer_parts(parts, at, draws, tile->to_noise, 1, tile->count, tile->rows, tile->h_stride, tile->h, 1);
}

static void w2v_sum_noise(const w2v_tile_task *task, w2v_tile *tile)
{
    for (int64_t at = 0, parts; at < task->extent; at += parts * W2V_WIDTH) {
        parts = w2v_parts_of((task->extent - at) / W2V_WIDTH);
        W2V_BY_PARTS(parts, w2v_sum_noise_parts(n, at, tile, task->all->rule->draws))
    }
}
