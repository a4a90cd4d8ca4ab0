/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What every example includes first: the kernel's UAPI types and libbpf's helpers. With BEESWAX_NATIVE the same
 * program compiles as ordinary C, so that a benchmark can run it beside its BPF twin: the helpers are then functions
 * that the harness provides, and packets lie below 4 GB, since xdp_md holds addresses in 32 bit.
 */
#ifndef EXAMPLES_BPF_H
#define EXAMPLES_BPF_H

#include <stdbool.h>
#include <stddef.h>

#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/tcp.h>
#include <linux/udp.h>

#include <bpf/bpf_endian.h>

#ifdef BEESWAX_NATIVE
#define SEC(name)
#define __uint(name, val) int(*name)[val]
#define __type(name, val) typeof(val) *name
#define __array(name, val) typeof(val) *name[]
#ifndef __always_inline
#define __always_inline inline __attribute__((always_inline))
#endif
void *bpf_map_lookup_elem(void *map, const void *key);
long bpf_map_update_elem(void *map, const void *key, const void *value, __u64 flags);
#else
#include <bpf/bpf_helpers.h>
#endif

#endif
