/*
 * plan.c - the chance of coming steps, drawn ahead: windows and negatives.
 *
 *   place     the centre of each step of a batch, its window or context word
 *   draw      the values of r of its noise (sampling.c), those of one step while another is taken, two batches before
 *   note      the noise words, and the rows of each step (step_rows.c)
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
        place->next_draw = 0;
        if (model->hs)
            w2v_ask_for_code(model, token->word_id);
        if (model->shrink_windows)
            radius = w2v_window_radius(w2v_draw(token->key, place->next_draw++), model->window);
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

/* Go to the next step of the piece and note where it stands; return 0 at the end. */
W2V_INLINE int w2v_place_step(w2v_worker *worker, int sg, uint64_t negative, w2v_place *place, w2v_plan *plan)
{
    if (sg) {
        place->context += place->context == place->center;
        if (place->context >= place->end) {
            if (!w2v_next_center(worker, place))
                return 0;
            place->context += place->context == place->center;
        }
        plan->input = worker->token_rows[place->context];
        plan->begin = place->context++;
    } else {
        if (!w2v_next_center(worker, place))
            return 0;
        plan->begin = place->begin;
        plan->end = place->end;
    }
    plan->center = place->center;
    plan->count = 0;
    plan->stream = worker->tokens[place->center].key + place->next_draw * W2V_GAMMA;
    place->next_draw += negative;
    return 1;
}

/* Place the steps of a batch, as many as the piece still has; return how many. sg: a constant. */
W2V_INLINE int64_t w2v_place_steps(w2v_worker *worker, int sg, w2v_plan *plans)
{
    const uint64_t negative = (uint64_t)worker->model->negative;
    w2v_place place = worker->place; /* a copy stays in registers */
    int64_t steps = 0;
    while (steps < W2V_BATCH && w2v_place_step(worker, sg, negative, &place, &plans[steps]))
        steps++;
    worker->place = place;
    return steps;
}

W2V_INLINE const w2v_plan *w2v_plan_of(const w2v_worker *worker, int64_t step)
{
    return &worker->plans[(uint64_t)step % W2V_PLANS];
}

/* Count the steps of output rows in a batch, from some of its plans. */
W2V_NOINLINE void w2v_count_outputs(w2v_worker *worker, const w2v_plan *plans, int64_t steps)
{
    const int64_t negative = worker->model->negative;
    for (int64_t i = 0; i < steps; i += W2V_STEPS_PER_COUNT) {
        w2v_count_steps(worker, W2V_OUTPUTS, worker->tokens[plans[i].center].word_id, W2V_STEPS_PER_COUNT);
        for (int64_t j = 0; j < negative; j++)
            w2v_count_steps(worker, W2V_OUTPUTS, worker->noise_words[i * negative + j], W2V_STEPS_PER_COUNT);
    }
}

/* Place the coming W2V_BATCH steps, or what is left of the piece. */
W2V_INLINE void w2v_place_batch(w2v_worker *worker)
{
    w2v_plan *const plans = worker->plans + worker->placed % W2V_PLANS;
    worker->placed += worker->model->sg ? w2v_place_steps(worker, 1, plans) : w2v_place_steps(worker, 0, plans);
}

/* Note the rows of planned steps, and which may be scored while the one before them is taken. has_copies: a constant. */
W2V_INLINE void w2v_note_steps(w2v_worker *worker, w2v_plan *plans, int64_t steps, int has_copies)
{
    const int64_t negative = worker->model->negative;
    const int32_t *words = worker->noise_words;
#if W2V_OVERLAPS
    const int64_t first = worker->planned - steps;
    const w2v_plan *before = w2v_plan_of(worker, first - 1);
    int was_distinct = first > 0 && w2v_distinct(before);
#endif
    for (int64_t i = 0; i < steps; i++, words += negative) {
        w2v_plan *const plan = &plans[i];
        w2v_note_rows(worker, plan, worker->tokens[plan->center].word_id, words, has_copies);
#if W2V_OVERLAPS
        if (worker->overlaps) {
            const int is_distinct = w2v_distinct(plan); /* nor is a negative the target then: none is left out */
            plan->follows = was_distinct & is_distinct & w2v_apart(before, plan) & (before->input != plan->input);
            was_distinct = is_distinct;
            before = plan;
        }
#endif
    }
}

/* Note the rows of the coming batch, whose steps are placed and whose noise is drawn. */
W2V_INLINE void w2v_note_batch(w2v_worker *worker)
{
    const w2v_model *const model = worker->model;
    const int64_t negative = model->negative;
    w2v_plan *const plans = worker->plans + worker->planned % W2V_PLANS;
    const int64_t steps = worker->placed - worker->planned;
    worker->planned += steps;
    if (!negative)
        return;
    w2v_noise_words(model, steps * negative, worker->noise, worker->noise_words);
    if (W2V_LIKELY(!worker->most_apart)) {
        w2v_note_steps(worker, plans, steps, 0);
        return;
    }
    w2v_note_steps(worker, plans, steps, 1);
    w2v_count_outputs(worker, plans, steps);
}

/* Draw the noise of the coming batch at once. */
static void w2v_draw_batch(w2v_worker *worker)
{
    const int64_t negative = worker->model->negative;
    const w2v_plan *const plans = worker->plans + worker->planned % W2V_PLANS;
    for (int64_t i = 0; i < worker->placed - worker->planned; i++)
        w2v_noise_draws(worker->model, plans[i].stream, 0, negative, worker->noise + i * negative);
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
    const w2v_plan *const plan = w2v_plan_of(worker, worker->step + 2 * W2V_BATCH);
    const int64_t row = (int64_t)((uint64_t)worker->step % W2V_BATCH);
    return (w2v_draws){.model = worker->model, .stream = plan->stream, .count = count,
                           .r = worker->noise + row * worker->model->negative};
}

/* Draw it at once. */
W2V_INLINE void w2v_draw_coming_noise(const w2v_worker *worker)
{
    w2v_draws noise = w2v_coming_noise(worker, 0);
    while (noise.next < worker->model->negative)
        w2v_draw_next(&noise);
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
        w2v_gather_path(worker, target_id);
        w2v_score_rows(projection, worker->path_length, worker->path_rows, worker->path_labels, worker->path_g);
        w2v_ask_for_path(worker);
        w2v_update_path(projection, worker->path_length, worker->path_rows, worker->path_g);
    }
    w2v_steps(projection, count, rows, worker->negative_labels);
}
