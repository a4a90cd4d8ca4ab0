/*
 * An engine's side of the batch protocol (docs/conformance-protocol.md) for engines in C: reads requests from stdin,
 * calls the engine, writes answers to stdout, each flushed. Include it in one file, fill in a `struct engine`, and
 * `return serve(&engine)` from main.
 *
 * It reads the requests that the suite writes, with their members in that order and without spaces; it is no JSON parser.
 */
#ifndef CONFORMANCE_PROTOCOL_H
#define CONFORMANCE_PROTOCOL_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct request {
    uint8_t *program; /* slots of 8 bytes, little-endian */
    size_t program_size;
    uint8_t *memory; /* NULL when the case has none; to be changed in place */
    size_t memory_size;
};

struct answer {
    const char *error; /* NULL for a value; else "rejected", "stopped" or "refused" */
    char reason[256];
    uint64_t r0;
};

struct engine {
    const char *name;
    const char *version;
    const char *claims; /* JSON array of conformance groups */
    const char *cpu;    /* v1, v2, v3, v4 or ext */
    void (*run)(const struct request *request, struct answer *answer);
};

static void fail(struct answer *answer, const char *error, const char *reason)
{
    answer->error = error;
    snprintf(answer->reason, sizeof answer->reason, "%s", reason == NULL ? "" : reason);
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    return -1;
}

/* The bytes of a member, in memory of their own exact size so that a sanitizer sees every step beyond; NULL if absent. */
static uint8_t *hex_member(const char *line, const char *key, size_t *size)
{
    const char *text = strstr(line, key);
    *size = 0;
    if (text == NULL) return NULL;
    text += strlen(key);
    while (hex_digit(text[2 * *size]) >= 0 && hex_digit(text[2 * *size + 1]) >= 0) ++*size;
    uint8_t *bytes = malloc(*size == 0 ? 1 : *size);
    for (size_t i = 0; i < *size; i++) bytes[i] = (uint8_t)(hex_digit(text[2 * i]) << 4 | hex_digit(text[2 * i + 1]));
    return bytes;
}

/* Text inside a JSON string. */
static void print_escaped(const char *text)
{
    for (; *text != '\0'; text++) {
        unsigned char c = (unsigned char)*text;
        if (c == '"' || c == '\\') printf("\\%c", c);
        else if (c < 0x20 || c > 0x7e) printf("\\u%04x", c);
        else putchar(c);
    }
}

static void print_answer(long id, const struct request *request, const struct answer *answer)
{
    if (answer->error != NULL) {
        printf("{\"id\":%ld,\"error\":\"%s\",\"reason\":\"", id, answer->error);
        print_escaped(answer->reason);
        printf("\"}\n");
        return;
    }
    printf("{\"id\":%ld,\"r0\":\"%llx\"", id, (unsigned long long)answer->r0);
    if (request->memory != NULL) {
        printf(",\"memory\":\"");
        for (size_t i = 0; i < request->memory_size; i++) printf("%02x", request->memory[i]);
        putchar('"');
    }
    printf("}\n");
}

static int serve(const struct engine *engine)
{
    char *line = NULL;
    size_t capacity = 0;
    while (getline(&line, &capacity, stdin) > 0) {
        const char *id = strstr(line, "\"id\":");
        if (id == NULL) {
            printf("{\"hello\":1,\"name\":\"%s\",\"version\":\"%s\",\"claims\":%s,\"cpu\":\"%s\"}\n", engine->name,
                   engine->version, engine->claims, engine->cpu);
        } else {
            struct request request;
            struct answer answer = {0};
            request.program = hex_member(line, "\"program\":\"", &request.program_size);
            request.memory = hex_member(line, "\"memory\":\"", &request.memory_size);
            engine->run(&request, &answer);
            print_answer(atol(id + 5), &request, &answer);
            free(request.program);
            free(request.memory);
        }
        fflush(stdout);
    }
    free(line);
    return 0;
}

#endif
