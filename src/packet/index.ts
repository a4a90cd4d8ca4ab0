/** Packets as bytes: captures read and written, header codecs, checksums, addresses, one-line descriptions. */
export * from './address.js';
export * from './build.js';
export * from './capture.js';
export * from './capture_encoder.js';
export * from './capture_reader.js';
export * from './checksum.js';
export * from './describe.js';
export * from './headers.js';
export * from './link_types.js';
export { OPTION } from './options.js';
export * from './pcap_encoder.js';
export * from './pcapng_encoder.js';
export { BLOCK } from './pcapng_format.js';
export type { CaptureSource } from './source.js';
export * from './timestamp.js';
