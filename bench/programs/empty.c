// SPDX-License-Identifier: Apache-2.0
/* The floor: what an engine needs to run nothing. */
#include "../../examples/bpf.h"

SEC("xdp")
int empty(struct xdp_md *ctx)
{
	(void)ctx;
	return XDP_PASS;
}

char LICENSE[] SEC("license") = "Apache-2.0";
