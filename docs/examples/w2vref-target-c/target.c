/* A word2vec in C as a target of the conformance suite: one step, its sigmoid, the pairs of a sentence, draws.
 *
 *     cc -O2 -o target target.c json.c -lm
 *     w2vref conformance --command ./target --preset tiny
 *
 * It reads a request from each line of standard input and answers with a line on standard output, as
 * docs/conformance/protocol.md says. Float32 throughout; operations in the order of docs/semantics.
 */
#define _POSIX_C_SOURCE 200809L /* getline */
#include "json.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* -- reading inputs; a program of this size ends when memory does -------------------------------------------- */

typedef struct {
    long rows, size;
    float *data; /* NULL: not given */
} matrix;

typedef struct {
    long length;
    int64_t *data;
} list;

static void *allocate(size_t count, size_t size) {
    void *memory = calloc(count ? count : 1, size);
    if (!memory) {
        fputs("out of memory\n", stderr);
        exit(1);
    }
    return memory;
}

/* A float is a number or a string in hexadecimal, which strtod reads as well as "nan". */
static double number_of(const json_value *value) {
    return value->kind == JSON_STRING ? strtod(value->text, NULL) : value->number;
}

/* An integer from 2^53 on is a string of digits; those of 64 bits without a sign are taken mod 2^64. */
static uint64_t integer_of(const json_value *value) {
    return value->text[0] == '-' ? (uint64_t)strtoll(value->text, NULL, 10) : strtoull(value->text, NULL, 10);
}

static int flag_of(const json_value *inputs, const char *name, int absent) {
    const json_value *value = json_get(inputs, name);
    return value ? value->kind == JSON_TRUE : absent;
}

static list read_list(const json_value *array) {
    list result = {array ? (long)array->length : 0, NULL};
    long i = 0;
    result.data = allocate((size_t)result.length, sizeof *result.data);
    for (const json_value *item = array ? array->first : NULL; item; item = item->next) {
        result.data[i++] = (int64_t)integer_of(item);
    }
    return result;
}

static matrix read_matrix(const json_value *array) {
    matrix result = {0, 0, NULL};
    float *at;
    if (!array) {
        return result;
    }
    result.rows = (long)array->length;
    result.size = array->first ? (long)array->first->length : 0;
    at = result.data = allocate((size_t)(result.rows * result.size), sizeof *result.data);
    for (const json_value *row = array->first; row; row = row->next) {
        for (const json_value *item = row->first; item; item = item->next) {
            *at++ = (float)number_of(item);
        }
    }
    return result;
}

/* -- writing outputs ----------------------------------------------------------------------------------------- */

static void write_float(double x, int digits) {
    if (isfinite(x)) {
        printf("%.*g", digits, x);
    } else {
        fputs(isnan(x) ? "\"nan\"" : x > 0 ? "\"inf\"" : "\"-inf\"", stdout);
    }
}

static void write_matrix(const char *before, const char *name, matrix m) {
    if (!m.data) {
        return;
    }
    printf("%s\"%s\": [", before, name);
    for (long row = 0; row < m.rows; ++row) {
        fputs(row ? ", [" : "[", stdout);
        for (long i = 0; i < m.size; ++i) {
            fputs(i ? ", " : "", stdout);
            write_float(m.data[row * m.size + i], 9);
        }
        putchar(']');
    }
    putchar(']');
}

/* -- one step: docs/semantics/objectives.md, skipgram.md, cbow.md -------------------------------------------- */

static float sigmoid(float x) {
    return (float)(1.0 / (1.0 + exp(-(double)x)));
}

typedef struct {
    matrix input, output, node;
    list negatives, code, point;
    int64_t target;
    float alpha;
    int learn_vectors, learn_hidden, has_negatives;
    double loss;
} step;

/* g = (label - sigmoid(h . row)) * alpha; error += g * row, before row += g * h. */
static void logistic_step(step *s, const float *hidden, float *row, int label, float *error) {
    long size = s->input.size;
    float x = 0, g;
    for (long i = 0; i < size; ++i) {
        x += hidden[i] * row[i];
    }
    g = ((float)label - sigmoid(x)) * s->alpha;
    /* -log s(x) = log(1 + exp(-x)), written so that nothing overflows. */
    s->loss += fmax(label ? -(double)x : (double)x, 0.0) + log1p(exp(-fabs((double)x)));
    for (long i = 0; i < size; ++i) {
        error[i] += g * row[i];
        if (s->learn_hidden) {
            row[i] += g * hidden[i];
        }
    }
}

/* The path of the target's code first, then the target and the negatives, into one error. */
static void objectives(step *s, const float *hidden, float *error) {
    long size = s->input.size;
    for (long i = 0; i < s->code.length; ++i) {
        logistic_step(s, hidden, s->node.data + s->point.data[i] * size, 1 - (int)s->code.data[i], error);
    }
    if (s->has_negatives) {
        logistic_step(s, hidden, s->output.data + s->target * size, 1, error);
        for (long i = 0; i < s->negatives.length; ++i) {
            if (s->negatives.data[i] != s->target) { /* a negative equal to the target is skipped */
                logistic_step(s, hidden, s->output.data + s->negatives.data[i] * size, 0, error);
            }
        }
    }
}

static void update(const json_value *in, int sg) {
    const json_value *locks = json_get(in, "locks"), *gradient = json_get(in, "cbow_gradient");
    int mean = flag_of(in, "cbow_mean", 1);
    list context = {0, NULL};
    float *hidden, *error, *lock;
    step s = {
        .input = read_matrix(json_get(in, "input_vectors")),
        .output = read_matrix(json_get(in, "output_vectors")),
        .node = read_matrix(json_get(in, "node_vectors")),
        .negatives = read_list(json_get(in, "negative_ids")),
        .code = read_list(json_get(in, "code")),
        .point = read_list(json_get(in, "point")),
        .target = (int64_t)integer_of(json_get(in, "target_id")),
        .alpha = (float)number_of(json_get(in, "alpha")),
        .learn_vectors = flag_of(in, "learn_vectors", 1),
        .learn_hidden = flag_of(in, "learn_hidden", 1),
        .has_negatives = json_get(in, "negative_ids") != NULL,
    };
    long size = s.input.size;
    if (sg) {
        context.length = 1;
        context.data = allocate(1, sizeof *context.data);
        context.data[0] = (int64_t)integer_of(json_get(in, "input_id"));
    } else {
        context = read_list(json_get(in, "context_ids"));
    }
    lock = allocate((size_t)s.input.rows, sizeof *lock);
    for (long row = 0; row < s.input.rows; ++row) {
        lock[row] = 1.0f;
    }
    if (locks) {
        long row = 0;
        for (const json_value *item = locks->first; item && row < s.input.rows; item = item->next) {
            lock[row++] = (float)number_of(item);
        }
    }
    hidden = allocate((size_t)size, sizeof *hidden);
    error = allocate((size_t)size, sizeof *error);
    for (long c = 0; c < context.length; ++c) {
        for (long i = 0; i < size; ++i) {
            hidden[i] += s.input.data[context.data[c] * size + i];
        }
    }
    if (context.length) {
        float share = 1.0f / (float)context.length;
        /* exact: the true gradient; gensim: whole for the mean, the share for the sum; absent: whole. */
        int exact = gradient && !strcmp(gradient->text, "exact");
        int gensim = gradient && !strcmp(gradient->text, "gensim");
        for (long i = 0; mean && i < size; ++i) {
            hidden[i] *= share;
        }
        objectives(&s, hidden, error);
        for (long i = 0; ((exact && mean) || (gensim && !mean)) && i < size; ++i) {
            error[i] *= share;
        }
        for (long c = 0; s.learn_vectors && c < context.length; ++c) {
            for (long i = 0; i < size; ++i) {
                s.input.data[context.data[c] * size + i] += lock[context.data[c]] * error[i];
            }
        }
    }
    fputs("\"outputs\": {\"loss\": ", stdout);
    write_float(s.loss, 17);
    write_matrix(", ", "input_vectors", s.input);
    write_matrix(", ", "output_vectors", s.output);
    write_matrix(", ", "node_vectors", s.node);
    putchar('}');
    free(hidden), free(error), free(lock), free(context.data);
    free(s.input.data), free(s.output.data), free(s.node.data);
    free(s.negatives.data), free(s.code.data), free(s.point.data);
}

static void update_sg(const json_value *in) {
    update(in, 1);
}

static void update_cbow(const json_value *in) {
    update(in, 0);
}

static void sigmoids(const json_value *in) {
    const json_value *x = json_get(in, "x");
    fputs("\"outputs\": {\"y\": [", stdout);
    for (const json_value *item = x->first; item; item = item->next) {
        write_float(sigmoid((float)number_of(item)), 9);
        fputs(item->next ? ", " : "", stdout);
    }
    fputs("]}", stdout);
}

/* -- pairs and draws: docs/semantics/windows.md, draws.md, sampling.md ---------------------------------------- */

/* Words out of vocabulary and dropped words are gone before windows are formed. */
static void pairs_stream(const json_value *in) {
    const json_value *vocabulary = json_get(in, "vocabulary"), *sentence = json_get(in, "sentence");
    list kept = read_list(json_get(in, "kept")), radii = read_list(json_get(in, "radii"));
    int64_t *ids = allocate(sentence->length, sizeof *ids), *radius = allocate(sentence->length, sizeof *radius);
    long count = 0, known = 0, written = 0;
    int sg = flag_of(in, "sg", 1);
    for (const json_value *word = sentence->first; word; word = word->next) {
        int64_t id = 0;
        const json_value *entry = vocabulary->first;
        for (; entry && strcmp(entry->text, word->text) != 0; entry = entry->next) {
            ++id;
        }
        if (entry) {
            if (kept.data[known]) {
                ids[count] = id;
                radius[count++] = radii.data[known];
            }
            ++known;
        }
    }
    fputs("\"outputs\": {\"steps\": [", stdout);
    for (long center = 0; center < count; ++center) {
        long from = center > radius[center] ? center - (long)radius[center] : 0, n = 0;
        for (long i = from; i < count && i <= center + radius[center]; ++i) {
            if (i == center) {
                continue;
            }
            if (sg || !n) {
                printf("%s[%lld", written++ ? ", " : "", (long long)ids[center]);
            }
            printf(", %lld%s", (long long)ids[i], sg ? "]" : "");
            ++n;
        }
        fputs(!sg && n ? "]" : "", stdout);
    }
    fputs("]}", stdout);
    free(ids), free(radius), free(kept.data), free(radii.data);
}

static uint64_t mix64(uint64_t z) {
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}

static uint64_t draw(uint64_t key, uint64_t i) {
    return mix64(key + (i + 1) * 0x9E3779B97F4A7C15u);
}

/* Return the running noise table; *total is the sum of the counts. */
static uint32_t *noise_table(list counts, double exponent, double *total) {
    uint32_t *table = allocate((size_t)counts.length, sizeof *table);
    double *sums = allocate((size_t)counts.length, sizeof *sums), sum = 0;
    for (long i = 0; i < counts.length; ++i) {
        *total += (double)counts.data[i];
        sums[i] = sum += pow((double)counts.data[i], exponent);
    }
    for (long i = 0; i < counts.length; ++i) {
        table[i] = (uint32_t)rint(sums[i] / sum * 2147483647.0);
    }
    free(sums);
    return table;
}

static void draws_sentence(const json_value *in) {
    list tokens = read_list(json_get(in, "tokens")), counts = read_list(json_get(in, "counts"));
    double sample = number_of(json_get(in, "sample")), total = 0, threshold;
    uint64_t window = integer_of(json_get(in, "window")), negative = integer_of(json_get(in, "negative"));
    uint64_t key = mix64(mix64(integer_of(json_get(in, "seed"))) + integer_of(json_get(in, "epoch")));
    uint32_t *table = noise_table(counts, number_of(json_get(in, "exponent")), &total);
    uint64_t *keys = allocate((size_t)tokens.length, sizeof *keys);
    int64_t *radius = allocate((size_t)tokens.length, sizeof *radius);
    long *places = allocate((size_t)tokens.length, sizeof *places), count = 0, written = 0;
    int sg = flag_of(in, "sg", 1);
    key = mix64(key + integer_of(json_get(in, "sentence")));
    threshold = sample < 1 ? sample * total : floor(sample * (3 + sqrt(5)) / 2);
    for (long p = 0; p < tokens.length; ++p) {
        double v = (double)counts.data[tokens.data[p]];
        double keep = sample == 0 ? 1 : fmin(1, (sqrt(v / threshold) + 1) * (threshold / v));
        keys[p] = draw(key, (uint64_t)p);
        if ((keys[p] >> 32) < (uint64_t)rint(keep * 4294967296.0)) {
            radius[p] = (int64_t)(window - ((draw(keys[p], 0) >> 32) * window >> 32));
            places[count++] = p;
        }
    }
    fputs("\"outputs\": {\"kept\": [", stdout);
    for (long p = 0; p < tokens.length; ++p) {
        printf("%s%d", p ? ", " : "", radius[p] > 0);
    }
    fputs("], \"radii\": [", stdout);
    for (long p = 0; p < tokens.length; ++p) {
        printf("%s%lld", p ? ", " : "", (long long)radius[p]);
    }
    fputs("], \"negatives\": [", stdout);
    for (long center = 0; center < count; ++center) {
        long r = (long)radius[places[center]];
        long left = center < r ? center : r, right = count - 1 - center < r ? count - 1 - center : r;
        long steps = sg ? left + right : left + right > 0;
        uint64_t next = 1; /* draw 0 was the window's */
        for (long s = 0; s < steps; ++s) {
            fputs(written++ ? ", [" : "[", stdout);
            for (uint64_t k = 0; k < negative; ++k) {
                uint64_t bits = draw(keys[places[center]], next++) >> 32;
                uint64_t wanted = 1 + (bits * table[counts.length - 1] >> 32);
                long word = 0;
                while (table[word] < wanted) {
                    ++word;
                }
                printf("%s%ld", k ? ", " : "", word);
            }
            putchar(']');
        }
    }
    fputs("]}", stdout);
    free(table), free(keys), free(radius), free(places), free(tokens.data), free(counts.data);
}

/* -- the loop ------------------------------------------------------------------------------------------------- */

static const struct {
    const char *name;
    void (*run)(const json_value *inputs);
} OPERATIONS[] = {
    {"sigmoid", sigmoids},         {"update.sg", update_sg},           {"update.cbow", update_cbow},
    {"pairs.stream", pairs_stream}, {"draws.sentence", draws_sentence},
};
enum { COUNT = sizeof OPERATIONS / sizeof *OPERATIONS };

static void info(void) {
    fputs("\"outputs\": {\"protocol\": 1, \"name\": \"target.c\", \"version\": \"1\", \"operations\": [", stdout);
    for (int i = 0; i < COUNT; ++i) {
        printf("%s\"%s\"", i ? ", " : "", OPERATIONS[i].name);
    }
    fputs("]}", stdout);
}

static void answer(const json_value *request) {
    const json_value *operation = json_get(request, "operation");
    printf("{\"id\": %.0f, ", json_get(request, "id")->number);
    if (!strcmp(operation->text, "info")) {
        info();
    } else {
        int i = 0;
        while (i < COUNT && strcmp(operation->text, OPERATIONS[i].name) != 0) {
            ++i;
        }
        if (i < COUNT) {
            OPERATIONS[i].run(json_get(request, "inputs"));
        } else {
            fputs("\"unsupported\": \"there is no such operation\"", stdout);
        }
    }
    puts("}");
    fflush(stdout);
}

int main(void) {
    char *line = NULL;
    size_t room = 0;
    while (getline(&line, &room, stdin) > 0) {
        json_value *request = json_parse(line);
        if (!request) {
            fputs("a line that is no JSON\n", stderr);
            return 1;
        }
        answer(request);
        json_free(request);
    }
    free(line);
    return 0;
}
