/** How an XDP case gets at its packet, in a form that the kernel's verifier takes too. */

/** r6 = the packet's first byte, of which `bytes` may be read and written. Uses r7 and r8; r1 stays the context. */
export function packetInR6(bytes: number): string {
  return `
    r6 = *(u32 *)(r1 + 0)
    r7 = *(u32 *)(r1 + 4)
    r8 = r6
    r8 += ${bytes}
    if r8 <= r7 goto +2
    r0 = -99
    exit`;
}
