/* See json.h. */
#include "json.h"

#include <stdlib.h>
#include <string.h>

static json_value *parse_value(char **at);

static void skip_space(char **at) {
    while (**at == ' ' || **at == '\t' || **at == '\n' || **at == '\r') {
        ++*at;
    }
}

/* Return the inside of a string; the closing quote becomes its end. NULL if there is none. */
static char *parse_string(char **at) {
    char *text = ++*at;
    while (**at && **at != '"') {
        *at += (**at == '\\' && (*at)[1]) ? 2 : 1;
    }
    if (!**at) {
        return NULL;
    }
    *(*at)++ = 0;
    return text;
}

/* Read the elements of an array or object up to its bracket; 0 if they are not well formed. */
static int parse_elements(char **at, json_value *parent, char close) {
    json_value **link = &parent->first;
    ++*at;
    skip_space(at);
    if (**at == close) {
        ++*at;
        return 1;
    }
    for (;;) {
        char *key = NULL;
        skip_space(at);
        if (close == '}') {
            if (**at != '"' || !(key = parse_string(at))) {
                return 0;
            }
            skip_space(at);
            if (*(*at)++ != ':') {
                return 0;
            }
        }
        if (!(*link = parse_value(at))) {
            return 0;
        }
        (*link)->key = key;
        link = &(*link)->next;
        ++parent->length;
        skip_space(at);
        if (**at == close) {
            ++*at;
            return 1;
        }
        if (*(*at)++ != ',') {
            return 0;
        }
    }
}

static json_value *parse_value(char **at) {
    json_value *value = calloc(1, sizeof *value);
    int fine = value != NULL;
    skip_space(at);
    if (!fine) {
        return NULL;
    }
    if (**at == '[' || **at == '{') {
        value->kind = **at == '[' ? JSON_ARRAY : JSON_OBJECT;
        fine = parse_elements(at, value, **at == '[' ? ']' : '}');
    } else if (**at == '"') {
        value->kind = JSON_STRING;
        fine = (value->text = parse_string(at)) != NULL;
    } else if (!strncmp(*at, "true", 4) || !strncmp(*at, "null", 4)) {
        value->kind = **at == 't' ? JSON_TRUE : JSON_NULL;
        *at += 4;
    } else if (!strncmp(*at, "false", 5)) {
        value->kind = JSON_FALSE;
        *at += 5;
    } else {
        char *end;
        value->kind = JSON_NUMBER;
        value->text = *at;
        value->number = strtod(*at, &end);
        fine = end != *at;
        *at = end;
    }
    if (!fine) {
        json_free(value);
        return NULL;
    }
    return value;
}

json_value *json_parse(char *line) {
    json_value *value = parse_value(&line);
    skip_space(&line);
    if (value && *line) {
        json_free(value);
        return NULL;
    }
    return value;
}

void json_free(json_value *value) {
    while (value) {
        json_value *next = value->next;
        json_free(value->first);
        free(value);
        value = next;
    }
}

const json_value *json_get(const json_value *object, const char *key) {
    for (const json_value *member = object ? object->first : NULL; member; member = member->next) {
        if (member->key && !strcmp(member->key, key)) {
            return member;
        }
    }
    return NULL;
}
