/** The constants of the pcapng format (draft-ietf-opsawg-pcapng): block types, lengths, limits. */

/** Block types; SECTION reads the same in both byte orders. */
export const BLOCK = Object.freeze({
  SECTION: 0x0a0d0d0a,
  INTERFACE: 1,
  OBSOLETE_PACKET: 2,
  SIMPLE_PACKET: 3,
  NAME_RESOLUTION: 4,
  INTERFACE_STATISTICS: 5,
  ENHANCED_PACKET: 6,
  DECRYPTION_SECRETS: 10,
  CUSTOM: 0x0bad,
  /** A custom block that a program which changes the file should drop; a plain copy keeps it. */
  CUSTOM_UNCOPYABLE: 0x4000_0bad,
});

export const BYTE_ORDER_MAGIC = 0x1a2b3c4d;
export const BYTE_ORDER_MAGIC_SWAPPED = 0x4d3c2b1a;

/** Type and both lengths: the least that a block has; the first 12 bytes of a section also tell its byte order. */
export const BLOCK_OVERHEAD = 12;
/** Offset of a packet's bytes in an enhanced and in an obsolete packet block, and in a simple one. */
export const PACKET_OFFSET = 28;
export const SIMPLE_PACKET_OFFSET = 12;

/** Least length of a block by its type. */
export const MIN_BLOCK_LENGTH: ReadonlyMap<number, number> = new Map([
  [BLOCK.SECTION, 28],
  [BLOCK.INTERFACE, 20],
  [BLOCK.OBSOLETE_PACKET, 32],
  [BLOCK.SIMPLE_PACKET, 16],
  [BLOCK.ENHANCED_PACKET, 32],
]);

/** A longer block is taken for damage. Room for a packet of 16 MiB with its options. */
export const MAX_BLOCK_LENGTH = 32 * 1024 * 1024;
