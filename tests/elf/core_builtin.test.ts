/** The built-in kernel types: their text reads as BTF, and what the UAPI fixes is as the system's headers have it. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parseTypeText } from '../../src/elf/core/type_text.js';
import { type Btf, builtInTarget, readCoreTarget, resolveType, sizeOf } from '../../src/elf/index.js';
import { describeNeeding, TOOLS } from '../support/have.js';

function typeNamed(btf: Btf, kind: string, name: string): number {
  return btf.types.findIndex((type) => type.kind === kind && type.name === name);
}

/** Each field with its place: `saddr@96/32`, those of anonymous members as if they were the struct's own. */
function fieldsOf(btf: Btf, id: number, from = 0): string[] {
  const type = resolveType(btf, id);
  if (type.kind !== 'struct' && type.kind !== 'union') return [];
  return type.members.flatMap(({ name, type: member, bitOffset, bitSize }) =>
    name === ''
      ? fieldsOf(btf, member, from + bitOffset)
      : [`${name}@${from + bitOffset}/${bitSize || sizeOf(btf, member) * 8}`],
  );
}

test('a line is a type', () => {
  const btf = parseTypeText(
    [
      'pair struct 16 low:u8@0/4 high:u8@4/4 :(union 8 a:s64@64 b:[2]u32@64)@0 to:*struct.other@64',
      'state enum 4s OFF=-1 ON=1',
      'wide enum64 8u LARGE=1311768465173141112',
      'be16 typedef u16',
      '',
    ].join('\n'),
  );
  expect(btf.types.slice(1, 5)).toMatchObject([
    {
      kind: 'struct',
      name: 'pair',
      size: 16,
      members: [{ bitSize: 4 }, { bitOffset: 4 }, { name: '' }, { name: 'to' }],
    },
    { kind: 'enum', size: 4, signed: true, values: [{ name: 'OFF', value: -1n }, { value: 1n }] },
    { kind: 'enum64', size: 8, signed: false, values: [{ value: 0x1234_5678_1234_5678n }] },
    { kind: 'typedef', name: 'be16' },
  ]);
  expect(btf.types.find(({ kind }) => kind === 'fwd')).toEqual({ kind: 'fwd', name: 'other', union: false });
  expect(() => parseTypeText('broken struct 4 a:u9@0')).toThrow('BTF');
  expect(() => parseTypeText('broken struct 4 a')).toThrow('is no type text');
});

test('every type has the size that it says, and members inside of it', () => {
  const { btf } = builtInTarget();
  expect(btf.types.length).toBeGreaterThan(500);
  const outside = btf.types.flatMap((type) => {
    if (type.kind !== 'struct' && type.kind !== 'union') return [];
    return type.members
      .filter(({ type: id, bitOffset, bitSize }) => bitOffset + (bitSize || sizeOf(btf, id) * 8) > type.size * 8)
      .map(({ name }) => `${type.name}.${name}`);
  });
  expect(outside).toEqual([]);
});

/** Headers of packets, and what programs and the kernel exchange. */
const UAPI: Readonly<Record<string, readonly string[]>> = {
  'linux/if_ether.h': ['ethhdr'],
  'linux/ip.h': ['iphdr', 'ip_auth_hdr', 'ip_esp_hdr'],
  'linux/ipv6.h': ['ipv6hdr', 'ipv6_opt_hdr', 'ipv6_rt_hdr'],
  'linux/in.h': ['in_addr', 'sockaddr_in'],
  'linux/in6.h': ['in6_addr', 'sockaddr_in6'],
  'linux/tcp.h': ['tcphdr'],
  'linux/udp.h': ['udphdr'],
  'linux/icmp.h': ['icmphdr'],
  'linux/icmpv6.h': ['icmp6hdr'],
  'linux/if_arp.h': ['arphdr'],
  'linux/bpf.h': [
    'xdp_md',
    'bpf_fib_lookup',
    'bpf_sock_tuple',
    'bpf_flow_keys',
    'bpf_redir_neigh',
    'bpf_xdp_sock',
    'bpf_spin_lock',
    'bpf_timer',
  ],
};

describeNeeding(['clang'], 'built-in types against the headers of the system', () => {
  test('sizes and places of fields', () => {
    const folder = mkdtempSync(join(tmpdir(), 'beeswax-types-'));
    const names = Object.values(UAPI).flat();
    const source = [
      ...Object.keys(UAPI).map((header) => `#include <${header}>`),
      ...names.map((name) => `struct ${name} keep_${name};`),
    ].join('\n');
    writeFileSync(join(folder, 'uapi.c'), source);
    const out = join(folder, 'uapi.o');
    execFileSync(TOOLS.clang, [
      '-target',
      'bpf',
      // The C library's headers ask which machine they are for.
      '-D__x86_64__',
      '-I/usr/include/x86_64-linux-gnu',
      '-O2',
      '-g',
      '-c',
      join(folder, 'uapi.c'),
      '-o',
      out,
    ]);
    const { btf: headers } = readCoreTarget(readFileSync(out));
    rmSync(folder, { recursive: true });
    const { btf } = builtInTarget();
    for (const name of names) {
      const ours = typeNamed(btf, 'struct', name);
      const theirs = typeNamed(headers, 'struct', name);
      expect(ours, name).toBeGreaterThan(0);
      expect(sizeOf(btf, ours), name).toBe(sizeOf(headers, theirs));
      // The kernel's own headers may name more, as the UAPI's grow; what the UAPI has, it has at the same place.
      const known = new Set(fieldsOf(btf, ours));
      expect(
        fieldsOf(headers, theirs).filter((field) => !known.has(field)),
        name,
      ).toEqual([]);
    }
  });
});
