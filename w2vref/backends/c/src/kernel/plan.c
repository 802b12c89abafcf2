/*
 * plan.c - the chance of coming steps, drawn ahead: windows and negatives.
 *
 *   place     the centre of each step of a batch, its window or context word
 *   draw      the values of r of its noise (sampling.c), those of one step while another is taken, two batches before
 *   note      the noise words, and the rows of each step (step_rows.c), all steps of a batch at a time
 *
 * A batch is planned, which is to say noted, when the one before it begins, so that the rows it needs have time to come
 * from memory.
 */

/* Return the input row of the last word that the window of a centre may reach: the one that is new. */
W2V_INLINE const float *w2v_new_context_row(const w2v_worker *worker, int64_t center)
{
    const int64_t reach = center + worker->model->window, end = worker->tokens[center].end;
    return worker->token_rows[reach < end ? reach : end - 1];
}

/* Tell whether context rows are asked for while a step is taken, a part at a time, and not when the centre is placed. */
W2V_INLINE int w2v_asks_on_the_way(const w2v_worker *worker)
{
    return worker->fusible && (W2V_OVERLAPS || !worker->model->sg);
}

/* Ask for the new context row of a centre at once. */
W2V_INLINE void w2v_prefetch_context(const w2v_worker *worker, int64_t center)
{
    W2V_ASK_FOR_ROW(w2v_new_context_row(worker, center), worker->model->stride, 1, 3);
}

/*
 * Count the steps of a centre's input row and of the nodes of its path: a centre is in window + 1 pairs or windows, about.
 * A node's parent has a higher number, so that behind the first node without a copy no other has one.
 */
W2V_NOINLINE void w2v_count_center(w2v_worker *worker, int64_t word_id)
{
    const w2v_model *const model = worker->model;
    const uint32_t pairs = ((uint32_t)model->window + 1) * W2V_CENTERS_PER_COUNT;
    w2v_count_steps(worker, W2V_INPUTS, word_id, pairs);
    if (!model->hs)
        return;
    const int64_t end = model->code_offsets[word_id + 1], first = worker->copies[W2V_NODES].first;
    for (int64_t i = model->code_offsets[word_id]; i < end && model->points[i] >= first; i++)
        w2v_count_steps(worker, W2V_NODES, model->points[i], model->sg ? pairs : W2V_CENTERS_PER_COUNT);
}

/* Go to the next centre that has a context, and draw its window; return 0 if there is none. */
W2V_INLINE int w2v_next_center(w2v_worker *worker, w2v_place *place)
{
    const w2v_model *model = worker->model;
    while (++place->center < worker->last_center) {
        const int64_t center = place->center;
        const w2v_token *token = &worker->tokens[center];
        int64_t radius = model->window;
        if (!w2v_asks_on_the_way(worker))
            w2v_prefetch_context(worker, center);
        place->word_id = token->word_id;
        place->stream = token->key;
        if (model->hs)
            w2v_ask_for_code(model, token->word_id);
        if (model->shrink_windows) {
            radius = w2v_window_radius(w2v_draw(token->key, 0), model->window);
            place->stream += W2V_GAMMA;
        }
        place->begin = center - token->begin > radius ? center - radius : token->begin;
        place->end = token->end - center > radius ? center + radius + 1 : token->end;
        place->context = place->begin;
        if (worker->most_apart && center % W2V_CENTERS_PER_COUNT == 0)
            w2v_count_center(worker, token->word_id);
        if (place->end - place->begin > 1)
            return 1;
    }
    place->context = place->end; /* asked again, there is still none */
    return 0;
}

/* Place skip-gram's pairs in the ring from `slot` to `end`, as many as the piece still has; return where that is. */
W2V_INLINE int64_t w2v_place_pairs(w2v_worker *worker, w2v_place *place, int64_t slot, int64_t end)
{
    const uint64_t draws = (uint64_t)worker->model->negative * W2V_GAMMA;
    float *const *const rows = worker->token_rows;
    do {
        const int64_t center = place->center, last = place->end;
        int64_t context = place->context + (place->context == center);
        for (; context < last && slot < end; slot++) {
            w2v_plan *const plan = &worker->plans[slot];
            plan->center = center;
            plan->begin = context;
            plan->stream = place->stream;
            plan->input = rows[context];
            worker->words[slot] = place->word_id;
            worker->follows[slot] = -(rows[context] != place->input);
            place->input = rows[context];
            place->stream += draws;
            context++;
            context += context == center;
        }
        place->context = context;
    } while (slot < end && w2v_next_center(worker, place));
    return slot;
}

/* Place CBOW's steps, one for each centre, in the same way. */
W2V_INLINE int64_t w2v_place_windows(w2v_worker *worker, w2v_place *place, int64_t slot, int64_t end)
{
    for (; slot < end && w2v_next_center(worker, place); slot++) {
        w2v_plan *const plan = &worker->plans[slot];
        plan->center = place->center;
        plan->begin = place->begin;
        plan->end = place->end;
        plan->stream = place->stream;
        worker->words[slot] = place->word_id;
        worker->follows[slot] = -1;
    }
    return slot;
}

W2V_INLINE const w2v_plan *w2v_plan_of(const w2v_worker *worker, int64_t step)
{
    return &worker->plans[(uint64_t)step % W2V_PLANS];
}

/* Count the steps of output rows in a batch, from some of its words. */
W2V_NOINLINE void w2v_count_outputs(w2v_worker *worker, const int32_t *words, int64_t steps)
{
    for (int64_t i = 0; i < steps; i += W2V_STEPS_PER_COUNT)
        for (int64_t j = 0; j <= worker->model->negative; j++)
            w2v_count_steps(worker, W2V_OUTPUTS, words[j * W2V_PLANS + i], W2V_STEPS_PER_COUNT);
}

/* Place the coming W2V_BATCH steps, or what is left of the piece. */
W2V_INLINE void w2v_place_batch(w2v_worker *worker)
{
    const int64_t batch = worker->placed % W2V_PLANS;
    w2v_place place = worker->place; /* a copy stays in registers */
    const int64_t end = worker->model->sg ? w2v_place_pairs(worker, &place, batch, batch + W2V_BATCH)
                                          : w2v_place_windows(worker, &place, batch, batch + W2V_BATCH);
    worker->place = place;
    worker->placed += end - batch;
}

/* Note words and rows of the batch from this slot: its steps are placed, its noise is drawn. has_copies: a constant. */
W2V_INLINE void w2v_note_words(w2v_worker *worker, int64_t batch, int has_copies)
{
    const w2v_model *const model = worker->model;
    const int64_t stride = model->stride, negative = model->negative;
    int32_t *words = worker->words + batch;
    float **rows = worker->rows + batch;
    w2v_copies outputs = worker->copies[W2V_OUTPUTS]; /* stays in registers */
    outputs.first = 0;
    w2v_note_rows(&outputs, stride, words, rows, has_copies);
    for (int64_t j = 0; j < negative; j++) {
        words += W2V_PLANS;
        rows += W2V_PLANS;
        w2v_noise_words(model, W2V_BATCH, worker->noise + j * W2V_BATCH, words);
        w2v_note_rows(&outputs, stride, words, rows, has_copies);
    }
}

/* Note all of the coming batch. Behind the last step of a piece there are old words, of which nobody takes a step. */
W2V_INLINE void w2v_note_batch(w2v_worker *worker)
{
    const int64_t batch = worker->planned % W2V_PLANS, steps = worker->placed - worker->planned;
    worker->planned += steps;
    if (!worker->model->negative || !steps)
        return;
    if (W2V_LIKELY(!worker->most_apart)) {
        w2v_note_words(worker, batch, 0);
    } else {
        w2v_note_words(worker, batch, 1);
        w2v_count_outputs(worker, worker->words + batch, steps);
    }
    if (worker->fusible)
        w2v_note_distinct_steps(worker, batch);
#if W2V_OVERLAPS
    if (worker->fusible)
        w2v_note_following_steps(worker, batch);
#endif
}

/* Return the draws of a step's noise. count: of those that are taken in parts of a sigmoid. */
W2V_INLINE w2v_draws w2v_noise_of(const w2v_worker *worker, const w2v_plan *plan, int64_t step, int count)
{
    return (w2v_draws){.model = worker->model, .stream = plan->stream, .count = count,
                       .r = worker->noise + (uint64_t)step % W2V_BATCH};
}

W2V_INLINE void w2v_draw_at_once(w2v_draws noise, int64_t negative)
{
    while (noise.next < negative)
        w2v_draw_next(&noise);
}

/* Draw the noise of the coming batch at once. */
static void w2v_draw_batch(w2v_worker *worker)
{
    const int64_t negative = worker->model->negative;
    const w2v_plan *const plans = worker->plans + worker->planned % W2V_PLANS;
    for (int64_t i = 0; i < worker->placed - worker->planned; i++)
        w2v_draw_at_once(w2v_noise_of(worker, &plans[i], i, 0), negative);
}

/* When a batch begins: plan the next, and place the one after it if the piece has more steps. */
W2V_NOINLINE void w2v_plan_batch(w2v_worker *worker)
{
    w2v_join_due(worker);
    w2v_note_batch(worker);
    if (worker->placed % W2V_BATCH == 0)
        w2v_place_batch(worker);
}

/* Begin planning the steps of a piece. */
static void w2v_plan_first(w2v_worker *worker)
{
    worker->step = worker->planned = worker->placed = 0;
    worker->asked_center = -1;
    w2v_place_batch(worker);
    w2v_draw_batch(worker);
    w2v_plan_batch(worker);
    w2v_draw_batch(worker);
}

/* Return the plan of the step that is to be taken, or NULL at the end of the piece. */
W2V_INLINE const w2v_plan *w2v_planned_step(w2v_worker *worker)
{
    if (worker->step >= worker->planned)
        return NULL;
    if (worker->step % W2V_BATCH == 0)
        w2v_plan_batch(worker);
    return w2v_plan_of(worker, worker->step);
}

/* Tell whether the step that is taken may go the short way. */
W2V_INLINE int w2v_is_distinct(const w2v_worker *worker)
{
    return worker->distinct[(uint64_t)worker->step % W2V_PLANS];
}

/* Return the plan whose rows are to be asked for now: past the last step of a piece, an old one. */
W2V_INLINE const w2v_plan *w2v_coming_plan(const w2v_worker *worker)
{
    return w2v_plan_of(worker, worker->step + W2V_AHEAD);
}

/*
 * Return the noise that is drawn while this step is taken: that of the step two batches on. Where the piece has none, an
 * old plan's, which nobody reads. count: of draws that are taken in parts of a sigmoid.
 */
W2V_INLINE w2v_draws w2v_coming_noise(const w2v_worker *worker, int count)
{
    return w2v_noise_of(worker, w2v_plan_of(worker, worker->step + 2 * W2V_BATCH), worker->step, count);
}

/* Draw it at once. */
W2V_INLINE void w2v_draw_coming_noise(const w2v_worker *worker)
{
    w2v_draw_at_once(w2v_coming_noise(worker, 0), worker->model->negative);
}

/*
 * Return the context row of skip-gram's coming step, or the new one of CBOW's; past the last step of a piece, a row that is
 * at hand.
 */
W2V_INLINE const float *w2v_coming_context_row(const w2v_worker *worker)
{
    if (worker->model->sg)
        return w2v_coming_plan(worker)->input;
    if (worker->step + W2V_AHEAD >= worker->planned)
        return worker->hidden;
    return w2v_new_context_row(worker, w2v_coming_plan(worker)->center);
}

/* Return `count` rows of the coming plan, from the first-th, as what is asked for on the way, and its context row. */
W2V_INLINE w2v_asked w2v_coming_rows(const w2v_worker *worker, int first, int count, int with_context)
{
    return (w2v_asked){.context = with_context ? w2v_coming_context_row(worker) : NULL,
                       .rows = w2v_coming_plan(worker)->rows + first * W2V_PLANS, .count = count};
}

/* Ask for the rows of a coming step's Huffman path. */
W2V_INLINE void w2v_ask_for_path(w2v_worker *worker)
{
    const int64_t center = w2v_coming_plan(worker)->center;
    if (worker->step + W2V_AHEAD >= worker->planned || center == worker->asked_center)
        return;
    w2v_prefetch_path(worker, worker->tokens[center].word_id);
    worker->asked_center = center;
}

/*
 * Take all steps of one pair: the target's Huffman path, then the target and its negatives, into
 * projection->error, which starts at 0. rows: (count,) as in w2v_plan.
 */
static void w2v_train_objectives(w2v_worker *worker, w2v_projection *projection, int64_t target_id,
                                 float *const *rows, int64_t count)
{
    w2v_clear(projection->error, projection->extent);
    if (worker->model->hs) {
        w2v_path *const path = &worker->path;
        w2v_gather_path(worker, path, target_id);
        w2v_score_path(path, projection, 0);
        w2v_ask_for_path(worker);
        for (int64_t group = 0; group < path->groups; group++)
            w2v_update_rows(projection, path->counts[group], path->rows + group * W2V_GROUP, path->g + group * W2V_GROUP);
    }
    w2v_steps(projection, count, rows, worker->negative_labels);
}
