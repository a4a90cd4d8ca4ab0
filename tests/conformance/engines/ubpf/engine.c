/*
 * uBPF (iovisor/ubpf) behind the batch protocol: its interpreter, or its JIT with `--jit`. It has no say in what counts
 * as right; it only loads, runs and reports.
 */
#define _GNU_SOURCE
#include "../protocol.h"

#include <ubpf.h>

#ifndef UBPF_VERSION
#define UBPF_VERSION "unknown"
#endif

/* Instructions of one run in the interpreter: far above any case. The JIT has no limit; the suite's timeout stops it. */
#define INSTRUCTION_LIMIT (1u << 20)

static bool use_jit;

/* Its messages on faults go to stderr by default, which is right: the suite shows the last one. */
static void execute(struct ubpf_vm *vm, const struct request *request, struct answer *answer)
{
    if (!use_jit) {
        if (ubpf_exec(vm, request->memory, request->memory_size, &answer->r0) != 0) {
            fail(answer, "stopped", "ubpf_exec failed");
        }
        return;
    }
    char *error = NULL;
    ubpf_jit_fn run = ubpf_compile(vm, &error);
    if (run == NULL) fail(answer, "rejected", error);
    else answer->r0 = run(request->memory, request->memory_size);
    free(error);
}

/* Helper 5, which the protocol wants. */
static uint64_t first_argument(uint64_t a, uint64_t b, uint64_t c, uint64_t d, uint64_t e)
{
    (void)b, (void)c, (void)d, (void)e;
    return a;
}

static void run(const struct request *request, struct answer *answer)
{
    struct ubpf_vm *vm = ubpf_create();
    char *error = NULL;
    ubpf_register(vm, 5, "first_argument", first_argument);
    ubpf_set_instruction_limit(vm, INSTRUCTION_LIMIT, NULL);
    if (ubpf_load(vm, request->program, (uint32_t)request->program_size, &error) != 0) fail(answer, "rejected", error);
    else execute(vm, request, answer);
    free(error);
    ubpf_destroy(vm);
}

int main(int argc, char **argv)
{
    use_jit = argc > 1 && strcmp(argv[1], "--jit") == 0;
    struct engine engine = {
        .name = use_jit ? "ubpf-jit" : "ubpf-interp",
        .version = UBPF_VERSION,
        .claims = "[\"base32\",\"base64\",\"divmul32\",\"divmul64\",\"atomic32\",\"atomic64\"]",
        .cpu = "v4",
        .run = run,
    };
    return serve(&engine);
}
