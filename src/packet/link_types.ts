/** Link types (LINKTYPE_ values of the pcap registry) that packets meet here, with names for messages. */

export const LINKTYPE_ETHERNET = 1;
/** IPv4 or IPv6 without a link header. */
export const LINKTYPE_RAW = 101;
export const LINKTYPE_LINUX_SLL = 113;
export const LINKTYPE_IPV4 = 228;
export const LINKTYPE_IPV6 = 229;
export const LINKTYPE_LINUX_SLL2 = 276;

const NAMES: ReadonlyMap<number, string> = new Map([
  [0, 'BSD loopback'],
  [LINKTYPE_ETHERNET, 'Ethernet'],
  [LINKTYPE_RAW, 'raw IP'],
  [105, 'IEEE 802.11'],
  [LINKTYPE_LINUX_SLL, 'Linux cooked'],
  [127, 'radiotap'],
  [LINKTYPE_IPV4, 'raw IPv4'],
  [LINKTYPE_IPV6, 'raw IPv6'],
  [LINKTYPE_LINUX_SLL2, 'Linux cooked v2'],
]);

/** 'Ethernet', or 'link type 147' for one without a name here. */
export const linkTypeName = (linkType: number): string => NAMES.get(linkType) ?? `link type ${linkType}`;
