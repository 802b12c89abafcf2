/*
 * path_rows.c - the rows of a word's Huffman path: asked for, and listed with their labels.
 */

/* Ask for what tells a word's Huffman path: its rows, which are asked for next, would wait for it. */
W2V_INLINE void w2v_ask_for_code(const w2v_model *model, int64_t word_id)
{
    const int64_t first = model->code_offsets[word_id];
    const int64_t per_line = 64 / (int64_t)sizeof *model->points; /* most paths are no longer than two lines */
    __builtin_prefetch(model->points + first);
    __builtin_prefetch(model->points + first + per_line);
    __builtin_prefetch(model->codes + first);
}

/* Levels of the Huffman tree below the root that every path goes through so often that they stay in a cache. */
#define W2V_WARM_LEVELS 5

/* Ask for the rows of the deeper part of a word's Huffman path. */
W2V_INLINE void w2v_prefetch_path(const w2v_worker *worker, int64_t word_id)
{
    const w2v_model *const model = worker->model;
    for (int64_t i = model->code_offsets[word_id] + W2V_WARM_LEVELS; i < model->code_offsets[word_id + 1]; i++) {
        const float *row = w2v_row_of(&worker->copies[W2V_NODES], model->stride, model->points[i]);
        W2V_ASK_FOR_ROW(row, model->stride, 1, 3);
    }
}

/*
 * From now on, ask for the path of the centre behind this one, a row with each group of nodes that is updated: all at once
 * they held up what came behind. Behind the last centre, for its own.
 */
W2V_INLINE void w2v_look_ahead(w2v_worker *worker, int64_t center)
{
    const w2v_model *const model = worker->model;
    const int64_t word_id = worker->tokens[center + (center + 1 < worker->last_center)].word_id;
    const int64_t first = model->code_offsets[word_id] + W2V_WARM_LEVELS, last = model->code_offsets[word_id + 1] - 1;
    worker->coming_node = model->points + (first < last ? first : last);
    worker->last_coming = model->points + last;
}

/* Return the next row of the coming path; when all have been asked for, the last one again: without a branch. */
W2V_INLINE const float *w2v_next_coming_row(w2v_worker *worker)
{
    const uint32_t *const node = worker->coming_node;
    worker->coming_node = node + (node < worker->last_coming);
    return w2v_row_of(&worker->copies[W2V_NODES], worker->model->stride, *node);
}

#if W2V_SUM_WIDTH == 8
/* List W2V_GROUP nodes of paths, from entry `from` of the codes, in places `to` .. of a path. */
W2V_INLINE void w2v_gather_nodes(const w2v_worker *worker, w2v_path *path, int64_t from, int64_t to)
{
    const w2v_model *const model = worker->model;
    const w2v_copies *const nodes = &worker->copies[W2V_NODES];
    const __m256i points = _mm256_loadu_si256((const __m256i *)(model->points + from));
    const __m256i codes = _mm256_cvtepu8_epi32(_mm_loadl_epi64((const __m128i *)(model->codes + from)));
    const __m128i low = _mm256_castsi256_si128(points), high = _mm256_extracti128_si256(points, 1);
    __m256i *const rows = (__m256i *)(path->rows + to);
    _mm256_storeu_si256(rows, w2v_four_rows(nodes, model->stride, low, 1));
    _mm256_storeu_si256(rows + 1, w2v_four_rows(nodes, model->stride, high, 1));
    _mm256_storeu_ps(path->labels + to, _mm256_cvtepi32_ps(_mm256_sub_epi32(_mm256_set1_epi32(1), codes)));
}
#endif

/*
 * List the rows and the labels of a word's Huffman path, from the root, in groups of W2V_GROUP, of which the last one may
 * be shorter; on rings in at least two, if there are two nodes, of about the same length.
 */
W2V_INLINE void w2v_gather_path(const w2v_worker *worker, w2v_path *path, int64_t word_id)
{
    const w2v_model *const model = worker->model;
    if (path->word_id == word_id)
        return;
    int64_t from = model->code_offsets[word_id];
    const uint32_t nodes = (uint32_t)(model->code_offsets[word_id + 1] - from);
    const uint32_t full = (nodes + W2V_GROUP - 1) / W2V_GROUP, groups = worker->on_rings && nodes > 1 && full < 2 ? 2 : full;
#if W2V_SUM_WIDTH == 8
    const int64_t end = model->code_offsets[model->vocab_size]; /* there is nothing to read behind */
#endif
    for (uint32_t group = 0; group < groups; group++) {
        const uint32_t to = group * W2V_GROUP, left = nodes - to;
        const uint32_t count = worker->on_rings ? (nodes + group) / groups : left < W2V_GROUP ? left : W2V_GROUP;
        path->counts[group] = (int32_t)count;
#if W2V_SUM_WIDTH == 8
        if (W2V_LIKELY(from + W2V_GROUP <= end))
            w2v_gather_nodes(worker, path, from, to);
        else
#endif
            for (uint32_t i = 0; i < count; i++) {
                path->rows[to + i] = w2v_row_of(&worker->copies[W2V_NODES], model->stride, model->points[from + i]);
                path->labels[to + i] = (float)(1 - model->codes[from + i]);
            }
        from += count;
    }
    path->word_id = word_id;
    path->groups = groups;
}
