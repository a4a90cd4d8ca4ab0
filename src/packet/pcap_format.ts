/** The constants of the pcap format (draft-ietf-opsawg-pcap): magic numbers, header lengths, limits. */

/** First word of a file whose fractions are microseconds, and of one whose fractions are nanoseconds. */
export const PCAP_MAGIC_MICRO = 0xa1b2c3d4;
export const PCAP_MAGIC_NANO = 0xa1b23c4d;

export const PCAP_HEADER_LENGTH = 24;
export const PCAP_RECORD_HEADER_LENGTH = 16;

/**
 * The longest packet that is believed unless the file declares a larger snap length: libpcap's MAXIMUM_SNAPLEN. A
 * declared one is believed up to 16 MiB.
 */
export const MAX_PACKET_LENGTH = 262_144;
export const MAX_DECLARED_LENGTH = 16 * 1024 * 1024;

export const packetLimit = (snapLength: number): number =>
  Math.max(MAX_PACKET_LENGTH, Math.min(snapLength, MAX_DECLARED_LENGTH));

/** Upper half of the link type field: whether an FCS length follows, and that length in 16-bit units. */
const FCS_PRESENT = 0x0400_0000;

/** FCS length in bytes that a link type field declares. */
export const fcsLengthOf = (linkTypeField: number): number | undefined =>
  linkTypeField & FCS_PRESENT ? (linkTypeField >>> 28) * 2 : undefined;

/** The link type field for a link type and an FCS length in bytes. */
export const linkTypeFieldOf = (linkType: number, fcsLength: number | undefined): number =>
  fcsLength === undefined ? linkType : (linkType | FCS_PRESENT | ((fcsLength >> 1) << 28)) >>> 0;
