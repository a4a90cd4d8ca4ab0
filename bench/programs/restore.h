/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lets a program that rewrites headers be timed on one packet again and again: the headers are kept before it runs
 * and put back after it. BPF_PROG_TEST_RUN goes on with the packet that the run before left, so that every engine
 * must undo the rewriting in the same way: in the program. The floor does the same around an empty program.
 */
#ifndef BENCH_RESTORE_H
#define BENCH_RESTORE_H

#include "../../examples/parse.h"

/* 56 bytes reach over Ethernet, IPv4 and TCP up to its checksum, 74 over IPv6 and TCP. */
#define SHORT_WORDS 7
#define LONG_WORDS 9

struct head {
	__u64 words[LONG_WORDS];
	__u16 rest;
};

#define LONG_SIZE (offsetof(struct head, rest) + sizeof(__u16))

/* What the program stores must reach memory before it is overwritten: no compiler may drop a store. */
#define BARRIER() asm volatile("" ::: "memory")

static __always_inline void copy_short(struct head *to, const struct head *from)
{
#pragma unroll
	for (int i = 0; i < SHORT_WORDS; i++)
		to->words[i] = from->words[i];
}

static __always_inline void copy_rest(struct head *to, const struct head *from)
{
#pragma unroll
	for (int i = SHORT_WORDS; i < LONG_WORDS; i++)
		to->words[i] = from->words[i];
	to->rest = from->rest;
}

static __always_inline int run_and_restore(struct xdp_md *ctx, int (*program)(struct xdp_md *))
{
	void *data = packet_start(ctx);
	void *data_end = packet_end(ctx);
	struct head kept;
	int verdict;

	if (data + SHORT_WORDS * sizeof(__u64) > data_end)
		return XDP_ABORTED;
	copy_short(&kept, data);
	if (data + LONG_SIZE <= data_end)
		copy_rest(&kept, data);
	BARRIER();
	verdict = program(ctx);
	BARRIER();
	copy_short(data, &kept);
	if (data + LONG_SIZE <= data_end)
		copy_rest(data, &kept);
	return verdict;
}

#endif
