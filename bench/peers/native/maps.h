/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Maps for programs that are compiled as ordinary C: what a good native program of one thread would use, specialised by
 * the compiler on the sizes that the map's declaration tells. Arrays are blocks, hashes probe linearly in a
 * table at most half full and store their keys inline, longest-prefix maps try a hash for each length that occurs.
 * A map's global variable, which to BPF is a type, holds the address of its table in its first word.
 */
#ifndef BENCH_NATIVE_MAPS_H
#define BENCH_NATIVE_MAPS_H

#include <errno.h>
#include <stdint.h>
#include <string.h>

#define MAX_PREFIX_LENGTH 128
#define MAX_KEY 64

struct native_map {
	uint32_t type;
	uint32_t key_size;
	uint32_t value_size;
	uint32_t max_entries;
	uint32_t count;
	/* Of hashes: slots less one. */
	uint32_t mask;
	/* Of prefix maps: lengths that occur, longest first. */
	uint32_t lengths;
	uint32_t length[MAX_PREFIX_LENGTH + 1];
	uint8_t *slots;
};

#define NATIVE __attribute__((always_inline)) static inline

NATIVE size_t native_round8(size_t size)
{
	return (size + 7) & ~(size_t)7;
}

NATIVE uint64_t native_mix(uint64_t word)
{
	word *= 0x9e3779b97f4a7c15u;
	return word ^ (word >> 32);
}

/* Never 0, which marks an empty slot. */
NATIVE uint32_t native_hash(const uint8_t *key, size_t size)
{
	uint64_t hash = size;
	size_t at = 0;

	for (; at + 8 <= size; at += 8) {
		uint64_t word;

		memcpy(&word, key + at, 8);
		hash = native_mix(hash ^ word);
	}
	if (at < size) {
		uint64_t word = 0;

		memcpy(&word, key + at, size - at);
		hash = native_mix(hash ^ word);
	}
	return (uint32_t)(hash >> 7) | 1;
}

/* A slot: hash, key, value, each at a multiple of 8 bytes. */
NATIVE size_t native_slot_size(size_t key_size, size_t value_size)
{
	return 8 + native_round8(key_size) + native_round8(value_size);
}

/* The slot that holds the key, or the empty one where it would go. */
NATIVE uint8_t *native_slot(struct native_map *map, const void *key, size_t key_size, size_t value_size)
{
	uint32_t hash = native_hash(key, key_size);
	size_t size = native_slot_size(key_size, value_size);

	for (uint32_t i = hash;; i++) {
		uint8_t *slot = map->slots + (i & map->mask) * size;
		uint32_t found = *(uint32_t *)slot;

		if (!found || (found == hash && !memcmp(slot + 8, key, key_size)))
			return slot;
	}
}

NATIVE void *native_hash_lookup(struct native_map *map, const void *key, size_t key_size, size_t value_size)
{
	uint8_t *slot = native_slot(map, key, key_size, value_size);

	return *(uint32_t *)slot ? slot + 8 + native_round8(key_size) : NULL;
}

/* Keeps the first `length` bits of a prefix map's key, whose first word is its length; its address is whole words. */
NATIVE void native_truncate(uint8_t *to, const uint8_t *key, size_t key_size, uint32_t length)
{
	memcpy(to, &length, 4);
	for (size_t at = 4; at < key_size; at += 4) {
		uint32_t before = (uint32_t)(at - 4) * 8;
		uint32_t bits = length <= before ? 0 : length - before < 32 ? length - before : 32;
		uint32_t word;

		memcpy(&word, key + at, 4);
		word &= __builtin_bswap32((uint32_t)(0xffffffffull << (32 - bits)));
		memcpy(to + at, &word, 4);
	}
}

NATIVE void *native_prefix_lookup(struct native_map *map, const uint8_t *key, size_t key_size, size_t value_size)
{
	uint8_t masked[MAX_KEY];
	uint32_t longest;

	memcpy(&longest, key, 4);
	for (uint32_t i = 0; i < map->lengths; i++) {
		void *value;

		if (map->length[i] > longest)
			continue;
		native_truncate(masked, key, key_size, map->length[i]);
		value = native_hash_lookup(map, masked, key_size, value_size);
		if (value)
			return value;
	}
	return NULL;
}

NATIVE void *native_lookup(struct native_map *map, uint32_t type, size_t key_size, size_t value_size,
			   uint32_t max_entries, const void *key)
{
	uint32_t index;

	switch (type) {
	case BPF_MAP_TYPE_ARRAY:
	case BPF_MAP_TYPE_PERCPU_ARRAY:
		memcpy(&index, key, 4);
		return index < max_entries ? map->slots + index * native_round8(value_size) : NULL;
	case BPF_MAP_TYPE_HASH:
	case BPF_MAP_TYPE_PERCPU_HASH:
		return native_hash_lookup(map, key, key_size, value_size);
	case BPF_MAP_TYPE_LPM_TRIE:
		return native_prefix_lookup(map, key, key_size, value_size);
	default:
		return NULL;
	}
}

NATIVE long native_update(struct native_map *map, uint32_t type, size_t key_size, size_t value_size,
			  uint32_t max_entries, const void *key, const void *value, uint64_t flags)
{
	uint8_t *slot;

	if (type == BPF_MAP_TYPE_ARRAY || type == BPF_MAP_TYPE_PERCPU_ARRAY) {
		slot = native_lookup(map, type, key_size, value_size, max_entries, key);
		if (!slot)
			return -E2BIG;
		memcpy(slot, value, value_size);
		return 0;
	}
	slot = native_slot(map, key, key_size, value_size);
	if (*(uint32_t *)slot ? flags == BPF_NOEXIST : flags == BPF_EXIST)
		return *(uint32_t *)slot ? -EEXIST : -ENOENT;
	if (!*(uint32_t *)slot) {
		if (map->count == max_entries)
			return -E2BIG;
		map->count++;
		memcpy(slot + 8, key, key_size);
	}
	memcpy(slot + 8 + native_round8(key_size), value, value_size);
	*(uint32_t *)slot = native_hash(key, key_size);
	return 0;
}

/* The helpers' names stand for calls that know the map's declaration. */
#define NATIVE_SPEC(map) \
	*(struct native_map **)(map), sizeof(*(map)->type) / sizeof(int), sizeof(*(map)->key), sizeof(*(map)->value), \
		sizeof(*(map)->max_entries) / sizeof(int)
#define bpf_map_lookup_elem(map, key) native_lookup(NATIVE_SPEC(map), key)
#define bpf_map_update_elem(map, key, value, flags) native_update(NATIVE_SPEC(map), key, value, flags)

#endif
