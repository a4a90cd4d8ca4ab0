// SPDX-License-Identifier: Apache-2.0
/* The balancer of the examples, with the packet put back as it was. */
#include "restore.h"

/* Becomes a part of the program below, and stays one by itself. */
__attribute__((always_inline)) int l4_balancer(struct xdp_md *ctx);

#include "../../examples/l4_balancer.c"

SEC("xdp")
int l4_balancer_restored(struct xdp_md *ctx)
{
	return run_and_restore(ctx, l4_balancer);
}
