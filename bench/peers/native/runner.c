// SPDX-License-Identifier: Apache-2.0
/*
 * Runs a program of the examples, compiled as ordinary C, over packets that lie as beeswax lays them out: a page each,
 * 256 bytes of headroom. Built as a shared object with
 *   -DPROGRAM="file.c" -DENTRY=function -DMAPS="X(map) X(map)"
 */
#define _GNU_SOURCE
#include <stdlib.h>
#include <sys/mman.h>

#define BEESWAX_NATIVE
#include "../../../examples/bpf.h"

#include "maps.h"

#include PROGRAM

#define EXPORT __attribute__((visibility("default")))
#define FRAME_SIZE 4096
#define HEADROOM 256

struct descriptor {
	uint32_t data;
	uint32_t data_end;
	uint32_t retval;
};

static uint8_t *frames;
static struct descriptor *descriptors;
static uint32_t packets;

/* A program may have no map at all. */
#define MAYBE_UNUSED __attribute__((unused))

MAYBE_UNUSED static struct native_map *create(uint32_t type, uint32_t key_size, uint32_t value_size, uint32_t max_entries)
{
	struct native_map *map = calloc(1, sizeof(*map));

	map->type = type;
	map->key_size = key_size;
	map->value_size = value_size;
	map->max_entries = max_entries;
	if (type == BPF_MAP_TYPE_ARRAY || type == BPF_MAP_TYPE_PERCPU_ARRAY) {
		map->slots = calloc(max_entries, native_round8(value_size));
		return map;
	}
	map->mask = 7;
	while (map->mask < 2 * max_entries)
		map->mask = 2 * map->mask + 1;
	map->slots = calloc(map->mask + 1, native_slot_size(key_size, value_size));
	return map;
}

/* Room for `count` packets below 4 GB, where xdp_md can point to. 0, or -1 when there is none. */
EXPORT int runner_open(uint32_t count)
{
	frames = mmap(NULL, (size_t)count * FRAME_SIZE, PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT | MAP_POPULATE, -1, 0);
	if (frames == MAP_FAILED)
		return -1;
	descriptors = calloc(count, sizeof(*descriptors));
#define X(name) \
	*(struct native_map **)&name = create(sizeof(*name.type) / sizeof(int), sizeof(*name.key), \
					      sizeof(*name.value), sizeof(*name.max_entries) / sizeof(int));
	MAPS
#undef X
	return 0;
}

EXPORT void runner_add(const uint8_t *bytes, uint32_t length)
{
	uint8_t *data = frames + (size_t)packets * FRAME_SIZE + HEADROOM;

	memcpy(data, bytes, length);
	descriptors[packets].data = (uint32_t)(uintptr_t)data;
	descriptors[packets].data_end = (uint32_t)(uintptr_t)data + length;
	packets++;
}

static void add_length(struct native_map *map, uint32_t length)
{
	uint32_t at = 0;

	while (at < map->lengths && map->length[at] > length)
		at++;
	if (at < map->lengths && map->length[at] == length)
		return;
	memmove(&map->length[at + 1], &map->length[at], (map->lengths - at) * sizeof(map->length[0]));
	map->length[at] = length;
	map->lengths++;
}

MAYBE_UNUSED static int fill(struct native_map *map, const uint8_t *key, const uint8_t *value)
{
	uint8_t masked[MAX_KEY];
	uint32_t length;

	if (map->type == BPF_MAP_TYPE_LPM_TRIE) {
		memcpy(&length, key, 4);
		add_length(map, length);
		native_truncate(masked, key, map->key_size, length);
		key = masked;
	}
	return native_update(map, map->type, map->key_size, map->value_size, map->max_entries, key, value, BPF_ANY);
}

/* Sets an element of the map of that name. 0, or -1 when there is no such map or no room. */
EXPORT int runner_fill(const char *map_name, const uint8_t *key, const uint8_t *value)
{
#define X(name) \
	if (!strcmp(map_name, #name)) \
		return fill(*(struct native_map **)&name, key, value);
	MAPS
#undef X
	(void)map_name, (void)key, (void)value;
	return -1;
}

/* A call as an engine makes it: the compiler may not look into it. */
__attribute__((noinline)) static int call(struct xdp_md *ctx)
{
	return ENTRY(ctx);
}

static inline void run(struct descriptor *descriptor)
{
	struct xdp_md ctx = {
		.data = descriptor->data,
		.data_end = descriptor->data_end,
		.data_meta = descriptor->data,
		.ingress_ifindex = 1,
	};

	descriptor->retval = call(&ctx);
}

/* Runs packets [first, first + count), one after the other. */
EXPORT void runner_batch(uint32_t first, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++)
		run(&descriptors[first + i]);
}

/* Runs one packet `times` times. */
EXPORT void runner_repeat(uint32_t packet, uint32_t times)
{
	for (uint32_t i = 0; i < times; i++) {
		run(&descriptors[packet]);
		asm volatile("" ::: "memory");
	}
}

EXPORT uint32_t runner_retval(uint32_t packet)
{
	return descriptors[packet].retval;
}

/* Copies what the packet is now. */
EXPORT void runner_packet(uint32_t packet, uint8_t *to)
{
	const struct descriptor *descriptor = &descriptors[packet];

	memcpy(to, (void *)(uintptr_t)descriptor->data, descriptor->data_end - descriptor->data);
}
