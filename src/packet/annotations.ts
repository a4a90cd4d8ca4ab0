/**
 * The options that say something of a packet (pcapng, enhanced packet block), written straight into the block: this
 * is done once for every packet of an output. Numbers are in the byte order of the section.
 */
import type { CaptureOption } from './capture.js';
import type { PacketAnnotations } from './capture_encoder.js';
import { OPTION, textValue } from './options.js';

/** The first octet of epb_verdict by hook; the verdict follows as 64 bit. */
const VERDICT_KIND = { tc: 1, xdp: 2 } as const;

const padded = (length: number): number => (length + 3) & ~3;

const FLAGS_SIZE = 4 + 4;
const PACKET_ID_SIZE = 4 + 8;
const QUEUE_SIZE = 4 + 4;
const VERDICT_SIZE = 4 + padded(9);
const END_SIZE = 4;

const NO_COMMENTS: readonly Uint8Array[] = [];

export const commentValues = (annotations: PacketAnnotations): readonly Uint8Array[] =>
  annotations.comments === undefined ? NO_COMMENTS : annotations.comments.map(textValue);

/** Whether writing the annotations replaces an option that the packet had. Comments are added to those there. */
export function replacesOption(annotations: PacketAnnotations, code: number): boolean {
  return (
    (code === OPTION.EPB_FLAGS && annotations.flags !== undefined) ||
    (code === OPTION.EPB_PACKETID && annotations.packetId !== undefined) ||
    (code === OPTION.EPB_QUEUE && annotations.queue !== undefined) ||
    (code === OPTION.EPB_VERDICT && annotations.verdict !== undefined)
  );
}

/** Bytes of the option area that holds kept options and annotations; 0 if there are none. */
export function annotatedSize(
  kept: readonly CaptureOption[],
  annotations: PacketAnnotations,
  comments: readonly Uint8Array[],
): number {
  let size = 0;
  for (const { value } of kept) size += 4 + padded(value.length);
  for (const comment of comments) size += 4 + padded(comment.length);
  if (annotations.flags !== undefined) size += FLAGS_SIZE;
  if (annotations.packetId !== undefined) size += PACKET_ID_SIZE;
  if (annotations.queue !== undefined) size += QUEUE_SIZE;
  if (annotations.verdict !== undefined) size += VERDICT_SIZE;
  return size === 0 ? 0 : size + END_SIZE;
}

/** Writes what `annotatedSize` counted into zeroed bytes. */
export function writeAnnotated(
  bytes: Uint8Array,
  view: DataView,
  start: number,
  kept: readonly CaptureOption[],
  annotations: PacketAnnotations,
  comments: readonly Uint8Array[],
  little: boolean,
): void {
  let at = start;
  const head = (code: number, length: number): number => {
    view.setUint16(at, code, little);
    view.setUint16(at + 2, length, little);
    const value = at + 4;
    at = value + padded(length);
    return value;
  };
  for (const { code, value } of kept) bytes.set(value, head(code, value.length));
  for (const comment of comments) bytes.set(comment, head(OPTION.COMMENT, comment.length));
  const { flags, packetId, queue, verdict } = annotations;
  if (flags !== undefined) view.setUint32(head(OPTION.EPB_FLAGS, 4), flags, little);
  if (packetId !== undefined) view.setBigUint64(head(OPTION.EPB_PACKETID, 8), packetId, little);
  if (queue !== undefined) view.setUint32(head(OPTION.EPB_QUEUE, 4), queue, little);
  if (verdict !== undefined) {
    const value = head(OPTION.EPB_VERDICT, 9);
    bytes[value] = VERDICT_KIND[verdict.hook];
    setUint64(view, value + 1, verdict.value, little);
  }
}

/** Verdicts are small numbers as a rule: those go without a BigInt. */
function setUint64(view: DataView, at: number, value: number | bigint, little: boolean): void {
  if (typeof value === 'bigint') view.setBigUint64(at, value, little);
  else if (value >= 0 && value <= 0xffff_ffff) view.setUint32(little ? at : at + 4, value, little);
  else view.setBigInt64(at, BigInt(value), little);
}
