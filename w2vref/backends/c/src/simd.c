/* simd.c - which instruction sets there are, and the public functions, which choose among them. */
#include "internal.h"

int w2v_simd_available(int simd)
{
    switch (simd) {
    case W2V_BASELINE:
        return 1;
#if defined(__x86_64__)
    case W2V_AVX2:
        return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    case W2V_AVX512:
#if defined(W2V_EMULATE_AVX512)
        return w2v_simd_available(W2V_AVX2);
#endif
        return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
               __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("fma");
#elif defined(__aarch64__)
    case W2V_NEON:
        return 1;
#endif
    default:
        return 0;
    }
}

const w2v_kernels *w2v_kernels_of(int simd)
{
    switch (simd) {
#if defined(__x86_64__)
    case W2V_AVX2:
        return &w2v_kernels_avx2;
    case W2V_AVX512:
        return &w2v_kernels_avx512;
#elif defined(__aarch64__)
    case W2V_NEON:
        return &w2v_kernels_neon;
#endif
    default:
        return &w2v_kernels_baseline;
    }
}

int w2v_train(int simd, const w2v_model *model, const w2v_corpus *corpus, const w2v_run *run,
              w2v_result *result)
{
    return w2v_kernels_of(simd)->train(model, corpus, run, result);
}

int w2v_score(int simd, const w2v_model *model, const w2v_corpus *corpus, const int32_t *stop,
              int64_t *next_sentence, double *scores)
{
    return w2v_kernels_of(simd)->score(model, corpus, stop, next_sentence, scores);
}

int w2v_train_sg_pair(int simd, const w2v_model *model, int64_t input_id, int64_t target_id,
                      const int64_t *negative_ids, int64_t negative_count, float alpha, int learn_vectors,
                      int learn_hidden, float *hidden_error, double *loss)
{
    return w2v_kernels_of(simd)->train_sg_pair(model, input_id, target_id, negative_ids, negative_count,
                                               alpha, learn_vectors, learn_hidden, hidden_error, loss);
}

int w2v_train_cbow_pair(int simd, const w2v_model *model, const int64_t *context_ids,
                        int64_t context_count, const float *hidden, int64_t target_id,
                        const int64_t *negative_ids, int64_t negative_count, float alpha, int learn_vectors,
                        int learn_hidden, float *hidden_error, double *loss)
{
    return w2v_kernels_of(simd)->train_cbow_pair(model, context_ids, context_count, hidden, target_id,
                                                 negative_ids, negative_count, alpha, learn_vectors,
                                                 learn_hidden, hidden_error, loss);
}

double w2v_score_pair(int simd, const w2v_model *model, const float *hidden, int64_t target_id)
{
    return w2v_kernels_of(simd)->score_pair(model, hidden, target_id);
}

void w2v_initial_rows(int simd, const uint64_t *keys, int64_t count, int64_t size, int64_t stride, float *rows)
{
    w2v_kernels_of(simd)->initial_rows(keys, count, size, stride, rows);
}
