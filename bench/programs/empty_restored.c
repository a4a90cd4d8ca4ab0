// SPDX-License-Identifier: Apache-2.0
/* The floor of programs that put the packet back: keeping the headers and putting them back, and nothing between. */
#include "restore.h"

static __always_inline int nothing(struct xdp_md *ctx)
{
	(void)ctx;
	return XDP_PASS;
}

SEC("xdp")
int empty_restored(struct xdp_md *ctx)
{
	return run_and_restore(ctx, nothing);
}

char LICENSE[] SEC("license") = "Apache-2.0";
