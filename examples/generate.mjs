// Makes what the examples run on: traffic.pcapng and balancer.pcap, and the balancer's maps, l4_balancer.maps.json. The
// same seed gives the same bytes. `npm run build && node examples/generate.mjs` writes them beside this file.
import { writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

/** Numbers in [0, bound), by Marsaglia's xorshift. */
function randomFrom(seed) {
  let state = seed | 1;
  return (bound) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % bound;
  };
}

const CLIENT_MAC = '02:00:00:00:00:01';
const SERVER_MAC = '02:00:00:00:00:02';
/** 2026-01-01 00:00:00 UTC, in nanoseconds. */
const START = 1_767_225_600_000_000_000n;

const text = (string) => new TextEncoder().encode(string);

/** Packets in the order of their times, each a little after the one before. */
class Timeline {
  constructor(random) {
    this.random = random;
    this.time = START;
    this.packets = [];
  }

  add(data, more = {}) {
    this.time += BigInt(20_000 + this.random(400_000));
    this.packets.push({ data, timestamp: this.time, ...more });
  }
}

/** The packets of one request and its answer over TCP. */
function* tcpConversation(lib, ip, client, server, request, answer) {
  const { SYN, ACK, PSH, FIN } = lib.TCP_FLAG;
  const there = (fields, payload) =>
    ip(client, server, lib.tcpSegment({ ...fields, ...portsOf(client, server) }, payload));
  const back = (fields, payload) =>
    ip(server, client, lib.tcpSegment({ ...fields, ...portsOf(server, client) }, payload));
  const asked = 1001 + request.length;
  const answered = 5001 + answer.length;
  yield there({ flags: SYN, sequence: 1000, options: Uint8Array.of(2, 4, 5, 180) });
  yield back({ flags: SYN | ACK, sequence: 5000, acknowledgment: 1001, options: Uint8Array.of(2, 4, 5, 180) });
  yield there({ flags: ACK, sequence: 1001, acknowledgment: 5001 });
  yield there({ flags: ACK | PSH, sequence: 1001, acknowledgment: 5001 }, request);
  yield back({ flags: ACK | PSH, sequence: 5001, acknowledgment: asked }, answer);
  yield there({ flags: ACK | FIN, sequence: asked, acknowledgment: answered });
  yield back({ flags: ACK | FIN, sequence: answered, acknowledgment: asked + 1 });
}

const portsOf = (from, to) => ({ source: from.port, destination: to.port });

function frames(lib) {
  const macs = (outward) => ({
    source: outward ? CLIENT_MAC : SERVER_MAC,
    destination: outward ? SERVER_MAC : CLIENT_MAC,
    padTo: 60,
  });
  const outward = (to) => to.server === true;
  const v4 = (from, to, segment, more = {}) =>
    lib.ethernetFrame(
      macs(outward(to)),
      lib.ipv4Packet({ source: from.address, destination: to.address, fragment: 0x4000, ...more }, segment),
    );
  const v6 = (from, to, segment, more = {}) =>
    lib.ethernetFrame(
      macs(outward(to)),
      lib.ipv6Packet({ source: from.address, destination: to.address, ...more }, segment),
    );
  const tagged = (from, to, segment) =>
    lib.ethernetFrame(
      macs(outward(to)),
      lib.vlanTag({ id: 7 }, lib.ipv4Packet({ source: from.address, destination: to.address }, segment)),
    );
  return { v4, v6, tagged };
}

/** Who has the address, as ARP over Ethernet asks it. */
function arpRequest(lib, sender, wanted) {
  const body = new Uint8Array(28);
  body.set([0, 1, 8, 0, 6, 4, 0, 1]);
  body.set(lib.parseMac(CLIENT_MAC), 8);
  body.set(lib.parseIpv4(sender), 14);
  body.set(lib.parseIpv4(wanted), 24);
  const fields = { source: CLIENT_MAC, destination: 'ff:ff:ff:ff:ff:ff', padTo: 60 };
  return lib.ethernetFrame(fields, { etherType: lib.ETHER_TYPE.ARP, bytes: body });
}

/** The malformed packets, by what packet_of_death.c calls them. */
function packetsOfDeath(lib) {
  const { v4, v6 } = frames(lib);
  const attacker = { address: '198.51.100.66', port: 6666 };
  const attacker6 = { address: '2001:db8:bad::66', port: 6666 };
  const victim = { address: '192.0.2.10', port: 80, server: true };
  const victim6 = { address: '2001:db8::10', port: 80, server: true };
  const echo = lib.icmpSegment({ identifier: 666 }, new Uint8Array(56).fill(0x66));
  const fragment = lib.rawSegment(lib.PROTOCOL.ICMP, new Uint8Array(400).fill(0x66));
  const udp = lib.udpSegment(portsOf(attacker, victim), text('boom'));
  const withOptions = (...options) => v4(attacker, victim, echo, { options: Uint8Array.from(options) });
  // Hop-by-hop (next: UDP, 8 bytes): option 0x1e of 200 bytes.
  const hopByHop = { first: lib.PROTOCOL.HOP_BY_HOP, bytes: Uint8Array.of(lib.PROTOCOL.UDP, 0, 0x1e, 200, 0, 0, 0, 0) };
  // Destination options (next: UDP, 16 bytes): padding, then an option whose length lies past the end.
  const destination = {
    first: lib.PROTOCOL.IPV6_DESTINATION,
    bytes: Uint8Array.of(lib.PROTOCOL.UDP, 1, 1, 10, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xc9, 2),
  };
  return [
    ['ping of death: this fragment ends at byte 65,908', v4(attacker, victim, fragment, { fragment: 0x1ffd - 8 })],
    ['a record-route option of length 0', withOptions(7, 0, 4, 0)],
    ['a record-route option of length 39 in a header with 4 bytes of options', withOptions(7, 39, 4, 0)],
    ['a timestamp option of length 1', withOptions(1, 68, 1, 0)],
    ['two source routes (LSRR, SSRR)', withOptions(131, 3, 4, 137, 3, 4, 0, 0)],
    ['a hop-by-hop option past the end of its header', v6(attacker6, victim6, udp, { extensions: hopByHop })],
    ['a destination option past the end of its header', v6(attacker6, victim6, udp, { extensions: destination })],
  ];
}

/** Ordinary traffic of some clients, with packets of death and a blocked source among it. */
export function makeTraffic(lib) {
  const random = randomFrom(2026);
  const { v4, v6, tagged } = frames(lib);
  const timeline = new Timeline(random);
  const web = { address: '192.0.2.10', port: 80, server: true };
  const web6 = { address: '2001:db8::10', port: 80, server: true };
  const dns = { address: '192.0.2.53', port: 53, server: true };
  const death = packetsOfDeath(lib);
  const rounds = 200;
  for (let round = 0; round < rounds; round += 1) {
    const port = 32_768 + random(28_000);
    const blockedSource = round % 9 === 4;
    const client = { address: blockedSource ? '203.0.113.7' : `198.51.100.${1 + random(50)}`, port };
    const client6 = { address: `2001:db8:1::${(1 + random(0xfffe)).toString(16)}`, port };
    const page = text(`HTTP/1.1 200 OK\r\nContent-Length: ${round}\r\n\r\n${'.'.repeat(round)}`);
    const request = text(`GET /${round} HTTP/1.1\r\nHost: www.example\r\n\r\n`);
    const kind = random(8);
    if (kind < 3) for (const frame of tcpConversation(lib, v4, client, web, request, page)) timeline.add(frame);
    else if (kind < 5) for (const frame of tcpConversation(lib, v6, client6, web6, request, page)) timeline.add(frame);
    else if (kind === 5) timeline.add(v4(client, dns, lib.udpSegment(portsOf(client, dns), dnsQuery(round))));
    else if (kind === 6) timeline.add(tagged(client, web, lib.icmpSegment({ sequence: round }, new Uint8Array(48))));
    else timeline.add(v6(client6, web6, lib.icmpv6Segment({ sequence: round }, new Uint8Array(48))));
    if (round % 16 === 3) timeline.add(arpRequest(lib, '192.0.2.1', web.address));
    if (round % 12 === 7) timeline.add(v4(client, web, lib.icmpSegment({}), { options: Uint8Array.of(7, 3, 4, 0) }));
    if (round % 14 === 9) for (const part of fragments(lib, v4, client, web, round)) timeline.add(part);
    if (round % 8 === 6) {
      const [comment, frame] = death[(round >> 3) % death.length];
      timeline.add(frame, { comments: [comment] });
    }
  }
  const encoder = new lib.PcapngEncoder({
    application: 'examples/generate.mjs',
    comments: ['Ordinary traffic with packets of death among it; those have comments.'],
  });
  encoder.addInterface({ name: 'eth0', description: 'uplink of 192.0.2.0/24', speed: 10_000_000_000n });
  for (const packet of timeline.packets) encoder.addPacket(packet);
  return encoder.take();
}

/** A UDP datagram in two fragments. */
function fragments(lib, v4, client, server, identification) {
  const datagram = new Uint8Array(808);
  new DataView(datagram.buffer).setUint32(0, (client.port << 16) | 9999);
  new DataView(datagram.buffer).setUint16(4, datagram.length);
  const part = (bytes, fragment) =>
    v4(client, server, lib.rawSegment(lib.PROTOCOL.UDP, bytes), { fragment, identification });
  return [part(datagram.subarray(0, 400), 0x2000), part(datagram.subarray(400), 400 / 8)];
}

/** A query for the address of www.example. */
function dnsQuery(id) {
  const head = Uint8Array.of(id >> 8, id & 255, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0);
  const name = [3, ...text('www'), 7, ...text('example'), 0];
  return Uint8Array.from([...head, ...name, 0, 1, 0, 1]);
}

const TCP = 6;
const UDP = 17;
const RING_SIZE = 251;

/** What the balancer serves: a virtual endpoint and the backends behind it. */
const SERVICES = [
  {
    id: 0,
    virtual: { address: '203.0.113.80', port: 443, protocol: TCP },
    backends: v4Backends([11, 12, 13, 14], 8443, TCP),
  },
  {
    id: 1,
    virtual: { address: '2001:db8:80::1', port: 443, protocol: TCP },
    backends: v6Backends([21, 22, 23], 8443, TCP),
  },
  { id: 2, virtual: { address: '203.0.113.53', port: 53, protocol: UDP }, backends: v4Backends([31, 32], 5353, UDP) },
];

function v4Backends(hosts, port, protocol) {
  return hosts.map((host) => ({ host, endpoint: { address: `10.0.1.${host}`, port, protocol } }));
}

function v6Backends(hosts, port, protocol) {
  return hosts.map((host) => ({ host, endpoint: { address: `fd00:1::${host}`, port, protocol } }));
}

/** IPv4 addresses as IPv6 ones, as the balancer's maps have them. */
const mapped = (endpoint) => ({
  ...endpoint,
  address: endpoint.address.includes(':') ? endpoint.address : `::ffff:${endpoint.address}`,
});

/** FNV-1a. */
function hashOf(string, basis) {
  let hash = basis;
  for (const byte of text(string)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return hash;
}

/**
 * A Maglev table: each backend has its own order of all slots and takes, in turn, the next one that is free. A backend
 * that goes leaves its slots to others, while the others keep most of theirs.
 */
export function maglevTable(names, size) {
  const orders = names.map((name) => {
    const offset = hashOf(name, 0x811c9dc5) % size;
    const skip = (hashOf(name, 0x12345679) % (size - 1)) + 1;
    return { offset, skip, next: 0 };
  });
  const table = new Array(size).fill(-1);
  for (let filled = 0; filled < size; ) {
    for (const [index, order] of orders.entries()) {
      let slot;
      do {
        slot = (order.offset + order.next * order.skip) % size;
        order.next += 1;
      } while (table[slot] !== -1);
      table[slot] = index;
      filled += 1;
      if (filled === size) break;
    }
  }
  return table;
}

/** The balancer's maps, in the shape of `--maps`. */
export function makeBalancerMaps() {
  const maps = { services: [], ring: [], backends: [], backend_of: [] };
  let nextBackend = 1;
  for (const { id, virtual, backends } of SERVICES) {
    maps.services.push({ key: mapped(virtual), value: { id } });
    const first = nextBackend;
    for (const { host, endpoint } of backends) {
      const mac = `0200000000${host.toString(16).padStart(2, '0')}`;
      const value = { endpoint: mapped(endpoint), mac, service: mapped(virtual) };
      maps.backends.push({ key: nextBackend, value });
      maps.backend_of.push({ key: mapped(endpoint), value: nextBackend });
      nextBackend += 1;
    }
    const table = maglevTable(
      backends.map(({ endpoint }) => endpoint.address),
      RING_SIZE,
    );
    for (const [slot, index] of table.entries()) maps.ring.push({ key: id * RING_SIZE + slot, value: first + index });
  }
  // One entry a line: readable, and a diff shows which changed.
  const lists = Object.entries(maps).map(([name, entries]) => {
    const lines = entries.map((entry) => `    ${JSON.stringify(entry)}`);
    return `  ${JSON.stringify(name)}: [\n${lines.join(',\n')}\n  ]`;
  });
  return `{\n${lists.join(',\n')}\n}\n`;
}

/** Clients of the services, answers of the backends, and what the balancer leaves alone. */
export function makeBalancerTraffic(lib) {
  const random = randomFrom(80);
  const { v4, v6 } = frames(lib);
  const timeline = new Timeline(random);
  for (let round = 0; round < 240; round += 1) {
    const { virtual, backends } = SERVICES[random(SERVICES.length)];
    const ip = virtual.address.includes(':') ? v6 : v4;
    const port = 1024 + random(60_000);
    const address = ip === v6 ? `2001:db8:2::${(1 + random(0xfffe)).toString(16)}` : `198.51.100.${1 + random(250)}`;
    const client = { address, port };
    const server = { ...virtual, server: true };
    const payload = text('x'.repeat(random(120)));
    const segment = (from, to, flags) =>
      virtual.protocol === UDP
        ? lib.udpSegment(portsOf(from, to), payload)
        : lib.tcpSegment({ ...portsOf(from, to), flags, sequence: random(1 << 30) }, flags & 2 ? undefined : payload);
    timeline.add(ip(client, server, segment(client, server, lib.TCP_FLAG.SYN)));
    if (round % 3 === 0) timeline.add(ip(client, server, segment(client, server, lib.TCP_FLAG.ACK | lib.TCP_FLAG.PSH)));
    if (round % 4 === 0) {
      const { endpoint } = backends[random(backends.length)];
      const { SYN, ACK } = lib.TCP_FLAG;
      timeline.add(ip(endpoint, client, segment(endpoint, client, SYN | ACK)));
    }
    if (round % 20 === 5) timeline.add(withoutChecksum(lib, v4, client, round));
    if (round % 20 === 11) timeline.add(arpRequest(lib, '203.0.113.1', '203.0.113.80'));
    if (round % 20 === 17)
      timeline.add(v4({ address: '198.51.100.9' }, { address: '203.0.113.80', server: true }, lib.icmpSegment()));
  }
  const encoder = new lib.PcapEncoder({ nanoseconds: false });
  encoder.addInterface({ snapLength: 65_535 });
  for (const packet of timeline.packets) encoder.addPacket(packet);
  return encoder.take();
}

/** A DNS query whose UDP checksum is left out, as IPv4 allows. */
function withoutChecksum(lib, v4, client, id) {
  const source = { address: '198.51.100.53', port: client.port };
  const server = { address: '203.0.113.53', port: 53, server: true };
  const frame = v4(source, server, lib.udpSegment(portsOf(source, server), dnsQuery(id)));
  frame.set([0, 0], 14 + 20 + 6);
  return frame;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const lib = await import('../dist/packet/index.js');
  const write = (name, content) => writeFileSync(new URL(name, import.meta.url), content);
  write('traffic.pcapng', makeTraffic(lib));
  write('balancer.pcap', makeBalancerTraffic(lib));
  write('l4_balancer.maps.json', makeBalancerMaps());
}
