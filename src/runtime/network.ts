/**
 * The network that programs ask about: interfaces, routes, neighbours, as the user gives them. Without a table it is
 * what a fresh network namespace has: the loopback, which forwards nothing.
 */
import { parseIpv4, parseIpv6, parseMac } from '../packet/address.js';
import { BeeswaxError } from '../util/errors.js';

export interface NetworkInterface {
  readonly ifindex: number;
  /** Bytes above the link layer; 1500 by default. */
  readonly mtu?: number;
  /** '02:00:00:00:00:01'; all zeros by default. */
  readonly mac?: string;
  /** Whether packets that come in here are routed on (net.ipv4.conf.*.forwarding); true by default. */
  readonly forwarding?: boolean;
}

export interface NetworkRoute {
  /** '10.0.0.0/8', '2001:db8::/32', '0.0.0.0/0'. */
  readonly prefix: string;
  /** Interface that it leads out of; 0 for the types that lead nowhere. */
  readonly ifindex: number;
  /** Next hop; the destination itself by default. */
  readonly gateway?: string;
  /** What becomes of the packet; 'unicast' by default. 'local' is for this machine. */
  readonly type?: 'unicast' | 'local' | 'blackhole' | 'unreachable' | 'prohibit';
  /** Of two routes with the same prefix the lower counts; 0 by default. */
  readonly metric?: number;
  /** The interface's by default. */
  readonly mtu?: number;
  /** Address that packets from this machine get. */
  readonly source?: string;
  /** Routing table; 254 (main) by default. */
  readonly table?: number;
}

export interface NetworkNeighbour {
  readonly ifindex: number;
  readonly address: string;
  readonly mac: string;
}

export interface NetworkTable {
  readonly interfaces: readonly NetworkInterface[];
  readonly routes?: readonly NetworkRoute[];
  readonly neighbours?: readonly NetworkNeighbour[];
}

export interface Interface {
  readonly mtu: number;
  readonly mac: Uint8Array;
  readonly forwarding: boolean;
}

export interface Route {
  readonly prefix: Uint8Array;
  readonly length: number;
  readonly ifindex: number;
  readonly gateway: Uint8Array | undefined;
  readonly type: NonNullable<NetworkRoute['type']>;
  readonly metric: number;
  readonly mtu: number | undefined;
  readonly source: Uint8Array | undefined;
  readonly table: number;
}

const DEFAULT_MTU = 1500;
/** linux/rtnetlink.h RT_TABLE_MAIN. */
const MAIN_TABLE = 254;
const LOOPBACK: NetworkTable = { interfaces: [{ ifindex: 1, mtu: 65536, forwarding: false }] };

export class Network {
  readonly #interfaces: ReadonlyMap<number, Interface>;
  /** The longest prefix first, of equals the lower metric. */
  readonly #routes: readonly Route[];
  readonly #neighbours: ReadonlyMap<string, Uint8Array>;

  /** @throws BeeswaxError BEESWAX_E_NETWORK_TABLE for an address or prefix that is none. */
  constructor({ interfaces, routes = [], neighbours = [] }: NetworkTable = LOOPBACK) {
    this.#interfaces = new Map(
      interfaces.map(({ ifindex, mtu = DEFAULT_MTU, mac = '00:00:00:00:00:00', forwarding = true }) => [
        ifindex,
        { mtu, mac: macOf(mac), forwarding },
      ]),
    );
    this.#routes = routes.map(parseRoute).sort((a, b) => b.length - a.length || a.metric - b.metric);
    this.#neighbours = new Map(
      neighbours.map(({ ifindex, address, mac }) => [`${ifindex} ${addressOf(address)}`, macOf(mac)]),
    );
  }

  interface(ifindex: number): Interface | undefined {
    return this.#interfaces.get(ifindex);
  }

  /** The route to an address, of 4 or 16 bytes; through an interface if one is given. */
  route(destination: Uint8Array, through: number | undefined, table: number | undefined): Route | undefined {
    return this.#routes.find(
      (route) =>
        route.table === (table ?? MAIN_TABLE) &&
        (through === undefined || route.ifindex === through) &&
        matches(route, destination),
    );
  }

  neighbour(ifindex: number, address: Uint8Array): Uint8Array | undefined {
    return this.#neighbours.get(`${ifindex} ${address}`);
  }
}

function matches({ prefix, length }: Route, address: Uint8Array): boolean {
  if (prefix.length !== address.length) return false;
  const whole = length >> 3;
  for (let i = 0; i < whole; i++) if (prefix[i] !== address[i]) return false;
  const mask = 0xff00 >> (length & 7);
  return whole === prefix.length || (((prefix[whole] as number) ^ (address[whole] as number)) & mask & 0xff) === 0;
}

function parseRoute(route: NetworkRoute): Route {
  const { ifindex, gateway, type = 'unicast', metric = 0, mtu, source, table = MAIN_TABLE } = route;
  const [text = '', bits = ''] = route.prefix.split('/');
  const prefix = addressOf(text);
  const length = Number(bits);
  if (!/^\d{1,3}$/.test(bits) || length > prefix.length * 8)
    throw new BeeswaxError('BEESWAX_E_NETWORK_TABLE', { what: 'prefix', text: route.prefix });
  return {
    prefix,
    length,
    ifindex,
    gateway: gateway === undefined ? undefined : addressOf(gateway),
    type,
    metric,
    mtu,
    source: source === undefined ? undefined : addressOf(source),
    table,
  };
}

function addressOf(text: string): Uint8Array {
  const address = parseIpv4(text) ?? parseIpv6(text);
  if (address === undefined) throw new BeeswaxError('BEESWAX_E_NETWORK_TABLE', { what: 'address', text });
  return address;
}

function macOf(text: string): Uint8Array {
  const mac = parseMac(text);
  if (mac === undefined) throw new BeeswaxError('BEESWAX_E_NETWORK_TABLE', { what: 'MAC address', text });
  return mac;
}
