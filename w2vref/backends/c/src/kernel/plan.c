/*
 * plan.c - the chance of coming steps, drawn ahead: windows and negatives.
 *
 * A step is one chain of latencies, dots, sigmoid, update; the integer work of planning a later step
 * fills its gaps, and the rows that the later step needs have time to come from memory.
 */

/*
 * Ask for a line that will be written. Where the processor can be told so (AVX-512), it fetches the line for this
 * core alone at once, and not a second time when it is written: that counts when other workers write it too.
 */
W2V_INLINE void w2v_ask(const float *line)
{
    __builtin_prefetch(line, 1, 3);
}

/* Ask for the input row of the last word that the window of a centre may reach: the one that is new. */
W2V_INLINE void w2v_prefetch_context(const w2v_worker *worker, const w2v_token *token)
{
    const int64_t reach = worker->center + worker->model->window;
    const float *row = worker->token_rows[reach < token->end ? reach : token->end - 1];
    for (int64_t at = 0; at < worker->model->stride; at += W2V_BLOCK)
        w2v_ask(row + at);
}

/* Go to the next centre that has a context, and draw its window; return 0 if there is none. */
W2V_INLINE int w2v_next_center(w2v_worker *worker)
{
    const w2v_model *model = worker->model;
    while (++worker->center < worker->last_center) {
        const w2v_token *token = &worker->tokens[worker->center];
        int64_t radius = model->window;
        w2v_prefetch_context(worker, token);
        worker->next_draw = 0;
        if (model->shrink_windows)
            radius = w2v_window_radius(w2v_draw(token->key, worker->next_draw++), model->window);
        worker->begin = worker->center - token->begin > radius ? worker->center - radius : token->begin;
        worker->end = token->end - worker->center > radius ? worker->center + radius + 1 : token->end;
        worker->context = worker->begin;
        if (worker->end - worker->begin > 1)
            return 1;
    }
    worker->context = worker->end; /* asked again, there is still none */
    return 0;
}

/* Draw the negatives of a plan: their values of r, of which the words are looked up later. */
W2V_INLINE void w2v_draw_negatives(w2v_worker *worker, w2v_plan *plan)
{
    const w2v_model *model = worker->model;
    const uint64_t key = worker->tokens[worker->center].key;
    for (int64_t i = 0; i < model->negative; i++) {
        plan->noise[i] = w2v_noise_draw(model, w2v_draw(key, worker->next_draw + (uint64_t)i));
        __builtin_prefetch(w2v_noise_guide(model, plan->noise[i]));
    }
    worker->next_draw += (uint64_t)model->negative;
}

#if W2V_SUM_WIDTH == 8
typedef __m256i w2v_ids;
#define W2V_IDS 8

W2V_INLINE w2v_ids w2v_all_bits(void)
{
    return _mm256_set1_epi32(-1);
}

/* Return the lesser of `least` and the ids at a xor those at b, without a sign: 0 where they are equal. */
W2V_INLINE w2v_ids w2v_least_difference(w2v_ids least, const int32_t *a, const int32_t *b)
{
    return _mm256_min_epu32(least, _mm256_xor_si256(_mm256_loadu_si256((const __m256i *)a),
                                                    _mm256_loadu_si256((const __m256i *)b)));
}

W2V_INLINE int w2v_no_zero(w2v_ids least)
{
    return !_mm256_movemask_epi8(_mm256_cmpeq_epi32(least, _mm256_setzero_si256()));
}
#else
typedef w2v_i4 w2v_ids;
#define W2V_IDS 4

W2V_INLINE w2v_ids w2v_all_bits(void)
{
    return (w2v_ids){-1, -1, -1, -1};
}

/* As above, but what is not 0 is one of two numbers: SSE2 has no minimum. */
W2V_INLINE w2v_ids w2v_least_difference(w2v_ids least, const int32_t *a, const int32_t *b)
{
    return least & ~(w2v_load_ids(a) == w2v_load_ids(b));
}

W2V_INLINE int w2v_no_zero(w2v_ids least)
{
    return (least[0] & least[1] & least[2] & least[3]) != 0;
}
#endif

/*
 * Tell whether no two of a plan's ids are equal; ids[8 .. 15] are the first eight again. Asked when the step is
 * taken, not when it is planned: a vector load straight after the stores of its parts would wait for them.
 */
W2V_INLINE int w2v_distinct(const w2v_plan *plan)
{
    w2v_ids least = w2v_all_bits();
    for (int first = 0; first < W2V_GROUP; first += W2V_IDS)
        for (int turn = 1; turn <= W2V_GROUP / 2; turn++)
            least = w2v_least_difference(least, plan->ids + first, plan->ids + first + turn);
    return w2v_no_zero(least);
}

/* Go from the draws of a plan to the guide's words, and ask for the part of the noise table after each. */
W2V_INLINE void w2v_guide_negatives(const w2v_model *model, w2v_plan *plan)
{
    for (int64_t i = 0; i < model->negative; i++) {
        plan->guided[i] = *w2v_noise_guide(model, plan->noise[i]);
        __builtin_prefetch(model->cum_table + plan->guided[i]);
    }
}

/* Levels of the Huffman tree below the root that every path goes through so often that they stay in a cache. */
#define W2V_WARM_LEVELS 5

/* Ask for the rows of the deeper part of a word's Huffman path. */
W2V_INLINE void w2v_prefetch_path(const w2v_model *model, int64_t word_id)
{
    for (int64_t i = model->code_offsets[word_id] + W2V_WARM_LEVELS; i < model->code_offsets[word_id + 1]; i++) {
        const float *row = w2v_row(model->node_vectors, model->stride, model->points[i]);
        for (int64_t at = 0; at < model->stride; at += W2V_BLOCK)
            w2v_ask(row + at);
    }
}

/* Look up the negatives of a plan and note their rows; a negative that is the target is left out. */
W2V_INLINE void w2v_look_up(w2v_worker *worker, w2v_plan *plan)
{
    const w2v_model *model = worker->model;
    const int32_t target_id = worker->tokens[plan->center].word_id;
    if (model->hs && plan->center != worker->asked_center)
        w2v_prefetch_path(model, target_id);
    worker->asked_center = plan->center;
    if (!model->negative)
        return;
    int64_t count = 1;
    plan->rows[0] = w2v_row(model->output_vectors, model->stride, target_id);
    for (int64_t i = 0; i < model->negative; i++) {
        const int32_t word_id = w2v_noise_word(model, plan->noise[i], plan->guided[i]);
        float *row = w2v_row(model->output_vectors, model->stride, word_id);
        if (i + 1 < W2V_GROUP)
            plan->ids[i + 1] = plan->ids[i + 1 + W2V_GROUP] = word_id;
        plan->rows[count] = row;
        count += word_id != target_id;
    }
    plan->ids[0] = plan->ids[W2V_GROUP] = target_id;
    plan->count = count;
}

/* Draw one step; return 0 at the end of the piece. */
W2V_INLINE int w2v_draw_step(w2v_worker *worker, w2v_plan *plan)
{
    const w2v_model *model = worker->model;
    if (model->sg) {
        worker->context += worker->context == worker->center;
        if (worker->context >= worker->end) {
            if (!w2v_next_center(worker))
                return 0;
            worker->context += worker->context == worker->center;
        }
        plan->input = worker->token_rows[worker->context];
        plan->begin = worker->context++;
    } else {
        if (!w2v_next_center(worker))
            return 0;
        plan->begin = worker->begin;
        plan->end = worker->end;
    }
    plan->center = worker->center;
    plan->count = 0;
    if (model->negative)
        w2v_draw_negatives(worker, plan);
    return 1;
}

/* Go on planning by one step, if the piece has one: each of the three stages works on a step of its own. */
W2V_INLINE void w2v_plan_ahead(w2v_worker *worker)
{
    worker->drawn += w2v_draw_step(worker, &worker->plans[worker->drawn % W2V_PLANS]);
    if (worker->guided < worker->drawn)
        w2v_guide_negatives(worker->model, &worker->plans[worker->guided++ % W2V_PLANS]);
    if (worker->looked_up < worker->guided)
        w2v_look_up(worker, &worker->plans[worker->looked_up++ % W2V_PLANS]);
}

/* Begin planning the steps of a piece. */
W2V_NOINLINE void w2v_plan_first(w2v_worker *worker)
{
    worker->drawn = worker->guided = worker->looked_up = 0;
    worker->asked_center = -1;
    for (int i = 0; i < W2V_DRAWN_AHEAD; i++)
        worker->drawn += w2v_draw_step(worker, &worker->plans[worker->drawn % W2V_PLANS]);
    while (worker->guided < worker->drawn && worker->guided < W2V_GUIDED_AHEAD)
        w2v_guide_negatives(worker->model, &worker->plans[worker->guided++ % W2V_PLANS]);
    while (worker->looked_up < worker->guided && worker->looked_up < W2V_AHEAD)
        w2v_look_up(worker, &worker->plans[worker->looked_up++ % W2V_PLANS]);
}

/* Return the rows of the plan that was looked up last. */
W2V_INLINE float *const *w2v_coming_rows(const w2v_worker *worker)
{
    return worker->plans[(worker->looked_up - 1) % W2V_PLANS].rows;
}

/*
 * Ask for sixteen components, from `at`, of coming rows. The requests
 * are spread over the update: more than some twenty at once would stop the processor.
 */
W2V_INLINE void w2v_prefetch_rows(float *const *rows, int count, int64_t at)
{
#pragma GCC unroll 8
    for (int i = 0; i < count; i++)
        w2v_ask(rows[i] + at);
}

/*
 * Take all steps of one pair: the target's Huffman path, then the target and its negatives, into
 * projection->error, which starts at 0; and plan a later step between score and update.
 * rows: (count,) as in w2v_plan. planning: 0 for a pair on its own.
 */
static void w2v_train_objectives(w2v_worker *worker, w2v_projection *projection, int64_t target_id,
                                 float *const *rows, int64_t count, int planning)
{
    for (int64_t at = 0; at < projection->extent; at += W2V_WIDTH)
        w2v_store(projection->error + at, w2v_all(0.0f));
    if (worker->model->hs) {
        if (worker->path_id != target_id)
            worker->path_length =
                w2v_gather_path(worker->model, target_id, worker->path_rows, worker->path_labels);
        worker->path_id = target_id;
        w2v_score_path(projection, worker->path_length, worker->path_rows, worker->path_labels, worker->path_g);
    }
    if (planning)
        w2v_plan_ahead(worker);
    if (worker->model->hs)
        w2v_update_path(projection, worker->path_length, worker->path_rows, worker->path_g);
    w2v_steps(projection, count, rows, worker->negative_labels);
}
