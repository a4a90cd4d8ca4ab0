/*
 * What libbpf makes of one program: libbpf_relocate OBJECT PROGRAM [BTF]. Prints the instructions that it would hand
 * to the kernel in hex, then 'loaded' or 'rejected' for what the kernel said; 'refused' where it does not get so far.
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <stdio.h>
#include <string.h>

static int quiet(enum libbpf_print_level level, const char *format, va_list args)
{
	return 0;
}

static int dump(struct bpf_program *program, struct bpf_prog_load_opts *opts, long cookie)
{
	const unsigned char *bytes = (const void *)bpf_program__insns(program);
	size_t length = bpf_program__insn_cnt(program) * 8;

	for (size_t i = 0; i < length; i++)
		printf("%02x", bytes[i]);
	printf("\n");
	return 0;
}

int main(int argc, char **argv)
{
	LIBBPF_OPTS(bpf_object_open_opts, options);
	LIBBPF_OPTS(libbpf_prog_handler_opts, handler, .prog_prepare_load_fn = dump);
	struct bpf_program *program;
	struct bpf_object *object;
	int loaded;

	if (argc < 3)
		return 2;
	libbpf_set_print(quiet);
	if (argc > 3)
		options.btf_custom_path = argv[3];
	libbpf_register_prog_handler("xdp", BPF_PROG_TYPE_XDP, BPF_XDP, &handler);
	object = bpf_object__open_file(argv[1], &options);
	if (!object)
		return 1;
	bpf_object__for_each_program(program, object)
		bpf_program__set_autoload(program, !strcmp(bpf_program__name(program), argv[2]));
	/* A handler that fails nothing: what was printed before the kernel answered is the relocated program. */
	loaded = bpf_object__load(object);
	printf(loaded == 0 ? "loaded\n" : "rejected\n");
	return 0;
}
