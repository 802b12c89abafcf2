/*
 * initial_rows.c - the first values of rows: a function of their keys.
 *
 * The twin of initial_vectors in w2vref/reference/initialization.py.
 */
static void w2v_do_initial_rows(const uint64_t *keys, int64_t count, int64_t size, int64_t stride, float *rows)
{
    const w2v_float_mode mode = w2v_enter_ieee();
    for (int64_t row = 0; row < count; row++, rows += stride)
        for (int64_t i = 0; i < size; i++) {
            const int32_t bits = (int32_t)(w2v_draw(keys[row], (uint64_t)i) >> 40);
            rows[i] = ((float)bits * 0x1p-24f - 0.5f) / (float)size;
        }
    w2v_leave_ieee(mode);
}
