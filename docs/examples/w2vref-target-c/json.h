/* A small JSON reader: one line to a tree of values. Strings keep their escapes, which is enough to compare them. */
#ifndef JSON_H
#define JSON_H

#include <stddef.h>

typedef enum { JSON_NULL, JSON_FALSE, JSON_TRUE, JSON_NUMBER, JSON_STRING, JSON_ARRAY, JSON_OBJECT } json_kind;

typedef struct json_value {
    json_kind kind;
    double number;            /* of a number */
    char *text;               /* of a string, as it stands in the line; of a number, where it begins */
    char *key;                /* of a member of an object */
    size_t length;            /* elements of an array or object */
    struct json_value *first; /* element 0 */
    struct json_value *next;  /* the next element of the same array or object */
} json_value;

/* Return the value of a line, or NULL if it is no JSON. The line is changed, and must outlive the value. */
json_value *json_parse(char *line);
void json_free(json_value *value);
/* Return a member, or NULL. */
const json_value *json_get(const json_value *object, const char *key);

#endif
