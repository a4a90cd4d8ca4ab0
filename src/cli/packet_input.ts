/** The packet and context of `test`, from its options. */
import { PROGRAM_TYPES, type ProgramType, type ProgramTypeRow } from '../abi/program_types.js';
import { type ContextFields, givenFields, writeContext } from '../model/context.js';
import type { ContextValues, PacketInput } from '../model/frame.js';
import { readPackets } from '../packet/index.js';
import { isBeeswaxError } from '../util/errors.js';
import { fromHex } from '../util/hex.js';
import { didYouMean } from '../util/nearest.js';
import { parseJson } from './map_file.js';
import type { Terminal } from './terminal.js';
import { usageError } from './usage_error.js';

/** What a packet is when none is given, as the kernel's own tests have it. */
const DEFAULT_LENGTH = 64;

/**
 * Bytes that `--data` stands for: hex digits, else a file, which is a capture (its first packet) or raw bytes.
 *
 * @throws BeeswaxError BEESWAX_E_USAGE, BEESWAX_E_FILE, or the capture's damage.
 */
export async function packetBytes(data: string | undefined, terminal: Terminal): Promise<Uint8Array> {
  if (data === undefined) return new Uint8Array(DEFAULT_LENGTH);
  const digits = fromHex(data);
  if (digits !== undefined) return digits;
  let bytes: Uint8Array;
  try {
    bytes = await terminal.read(data);
  } catch (thrown) {
    if (!isBeeswaxError(thrown, 'BEESWAX_E_FILE')) throw thrown;
    throw /^[0-9a-fx\s:]*$/i.test(data)
      ? usageError(`--data has half a byte: ${data}`, 'give two hex digits for each byte')
      : usageError(`--data is neither hex digits nor a file that can be read: ${data}`, thrown.message);
  }
  return (await firstPacket(bytes, data)) ?? bytes;
}

/** The first packet of a capture; undefined when the bytes are none. */
async function firstPacket(bytes: Uint8Array, file: string): Promise<Uint8Array | undefined> {
  try {
    for await (const [packet] of readPackets(bytes)) return packet?.data.slice();
  } catch (thrown) {
    if (isBeeswaxError(thrown, 'BEESWAX_E_CAPTURE_FORMAT') || (isBeeswaxError(thrown) && bytes.length < 24))
      return undefined;
    throw isBeeswaxError(thrown) ? thrown.at({ file }) : thrown;
  }
  throw usageError(`${file} is a capture without a packet`, 'give another capture, or hex digits');
}

/** Context fields that a caller may set, by their UAPI names. */
const CONTEXT_FIELDS = {
  ingress_ifindex: 'ingressIfindex',
  rx_queue_index: 'rxQueueIndex',
  egress_ifindex: 'egressIfindex',
} as const satisfies Record<string, keyof PacketInput>;

/**
 * The input of a run: as for BPF_PROG_TEST_RUN, `data` of the context is how many of the first bytes are metadata,
 * `data_meta` is 0 and `data_end` the number of bytes. Of a struct __sk_buff the fields that the kernel takes may be
 * given; `cb` is an array, and 64-bit fields may be text.
 *
 * @throws BeeswaxError BEESWAX_E_JSON, BEESWAX_E_USAGE.
 */
export function packetInput(bytes: Uint8Array, context: string | undefined, type: ProgramType): PacketInput {
  if (context === undefined) return { data: bytes };
  const fields = parseJson(context, '--ctx');
  if (typeof fields !== 'object' || fields === null || Array.isArray(fields)) {
    throw usageError('--ctx is no JSON object', 'write fields by name, such as {"ingress_ifindex": 2}');
  }
  const contextFields = (PROGRAM_TYPES[type] as ProgramTypeRow).context ?? {};
  if (givenFields(contextFields).length > 0)
    return { data: bytes, context: givenContext(contextFields, fields as Record<string, unknown>) };
  const known = Object.keys(contextFields);
  const input: { -readonly [K in keyof PacketInput]: PacketInput[K] } = { data: bytes };
  for (const [name, value] of Object.entries(fields)) {
    if (!known.includes(name)) {
      throw usageError(
        `the context of ${type} programs has no field ${name}`,
        didYouMean(name, known) ?? `it has ${known.join(', ') || 'none'}`,
      );
    }
    if (!Number.isInteger(value) || value < 0 || value > 0xffff_ffff) {
      throw usageError(`${name} of --ctx is ${JSON.stringify(value)}`, 'give a whole number that fits 32 bits');
    }
    if (name in CONTEXT_FIELDS) input[CONTEXT_FIELDS[name as keyof typeof CONTEXT_FIELDS]] = value;
    else placePointer(input, name, value, bytes);
  }
  return input;
}

/** The fields of a context that pass, checked as a run checks them. */
function givenContext(fields: ContextFields, given: Record<string, unknown>): ContextValues {
  const values: Record<string, ContextValues[string]> = {};
  for (const [name, value] of Object.entries(given)) {
    values[name] = (typeof value === 'string' && /^\d{1,20}$/.test(value) ? BigInt(value) : value) as number;
  }
  try {
    writeContext(fields, values, new DataView(new ArrayBuffer(SCRATCH_SIZE)), 0);
  } catch (thrown) {
    if (!isBeeswaxError(thrown)) throw thrown;
    throw usageError(`--ctx: ${thrown.message}`, thrown.suggestion);
  }
  return values;
}

/** More than any context record. */
const SCRATCH_SIZE = 512;

function placePointer(
  input: { data: Uint8Array; meta?: Uint8Array },
  name: string,
  value: number,
  bytes: Uint8Array,
): void {
  if (name === 'data') {
    if (value > bytes.length) throw usageError(`data of --ctx is ${value}, but the packet has ${bytes.length} bytes`);
    if (value > 0) input.meta = bytes.subarray(0, value);
    input.data = bytes.subarray(value);
    return;
  }
  const must = name === 'data_meta' ? 0 : bytes.length;
  if (value !== must) throw usageError(`${name} of --ctx is ${value}, and can only be ${must}`, 'leave it out');
}
