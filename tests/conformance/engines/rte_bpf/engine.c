/*
 * DPDK's rte_bpf behind the batch protocol: its interpreter, or its JIT with `--jit`. A program gets one argument, so
 * r2 holds no length; and a verifier stands before both, whose refusals of unprovable programs say nothing of the ISA.
 */
#define _GNU_SOURCE
#include "../protocol.h"

#include <rte_bpf.h>
#include <rte_errno.h>
#include <rte_log.h>
#include <rte_version.h>

static int use_jit;
static char *log_text;
static size_t log_size;
static FILE *log_stream;

/*
 * Its log says why it would not load. What it finds by following values ("evaluate"), and loops and dead code, are
 * refusals of its verifier; the rest is about the encoding.
 */
static void fail_load(struct answer *answer)
{
    fflush(log_stream);
    char reason[sizeof answer->reason];
    snprintf(reason, sizeof reason, "%.*s", (int)log_size, log_text);
    reason[strcspn(reason, "\n")] = '\0';
    if (reason[0] == '\0') snprintf(reason, sizeof reason, "%s", rte_strerror(rte_errno));
    int refused = strstr(reason, "evaluate") != NULL || strstr(reason, "loop") != NULL ||
                  strstr(reason, "unreachable") != NULL;
    fail(answer, refused ? "refused" : "rejected", reason);
}

static uint64_t first_argument(uint64_t a, uint64_t b, uint64_t c, uint64_t d, uint64_t e)
{
    (void)b, (void)c, (void)d, (void)e;
    return a;
}

/* Helpers are called by their place in this list; number 5 is the one that the protocol wants. */
#define HELPERS 6

static void run(const struct request *request, struct answer *answer)
{
    rewind(log_stream);
    struct rte_bpf_xsym helpers[HELPERS] = {0};
    for (size_t i = 0; i < HELPERS; i++) {
        helpers[i].name = "first_argument";
        helpers[i].type = RTE_BPF_XTYPE_FUNC;
        helpers[i].func.val = first_argument;
        helpers[i].func.nb_args = 1;
        helpers[i].func.args[0] = (struct rte_bpf_arg){.type = RTE_BPF_ARG_RAW, .size = sizeof(uint64_t)};
        helpers[i].func.ret = helpers[i].func.args[0];
    }
    if (request->program_size % sizeof(struct ebpf_insn) != 0) {
        fail(answer, "rejected", "half an instruction");
        return;
    }
    struct rte_bpf_prm parameters = {
        .ins = (const struct ebpf_insn *)request->program,
        .nb_ins = (uint32_t)(request->program_size / sizeof(struct ebpf_insn)),
        .xsym = helpers,
        .nb_xsym = HELPERS,
        .prog_arg = {.type = request->memory == NULL ? RTE_BPF_ARG_RAW : RTE_BPF_ARG_PTR,
                     .size = request->memory == NULL ? sizeof(uint64_t) : request->memory_size},
    };
    struct rte_bpf *program = rte_bpf_load(&parameters);
    if (program == NULL) {
        fail_load(answer);
        return;
    }
    struct rte_bpf_jit jit = {0};
    if (!use_jit) answer->r0 = rte_bpf_exec(program, request->memory);
    else if (rte_bpf_get_jit(program, &jit) != 0 || jit.func == NULL) fail(answer, "rejected", "there is no JIT code");
    else answer->r0 = jit.func(request->memory);
    rte_bpf_destroy(program);
}

int main(int argc, char **argv)
{
    use_jit = argc > 1 && strcmp(argv[1], "--jit") == 0;
    log_stream = open_memstream(&log_text, &log_size);
    rte_openlog_stream(log_stream);
    struct engine engine = {
        .name = use_jit ? "rte_bpf-jit" : "rte_bpf-interp",
        .version = rte_version(),
        .claims = "[\"base32\",\"base64\",\"divmul32\",\"divmul64\"]",
        .cpu = "v3",
        .run = run,
    };
    return serve(&engine);
}
