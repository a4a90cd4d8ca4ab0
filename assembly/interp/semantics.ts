/**
 * What instructions compute, one function for each `sem` and width of the opcode table: pure arithmetic, and plain
 * memory operations on addresses that were guarded before. The generated dispatch names them `SEM_WIDTH`, so that a
 * missing one does not compile. Control flow is in `control.ts`.
 */

// Arithmetic (RFC 9669 section 4.1): u32 in and out for 32 bit, whose result is zero-extended.
@inline export function add_32(a: u32, b: u32): u32 { return a + b; }
@inline export function add_64(a: u64, b: u64): u64 { return a + b; }
@inline export function sub_32(a: u32, b: u32): u32 { return a - b; }
@inline export function sub_64(a: u64, b: u64): u64 { return a - b; }
@inline export function mul_32(a: u32, b: u32): u32 { return a * b; }
@inline export function mul_64(a: u64, b: u64): u64 { return a * b; }
@inline export function or_32(a: u32, b: u32): u32 { return a | b; }
@inline export function or_64(a: u64, b: u64): u64 { return a | b; }
@inline export function and_32(a: u32, b: u32): u32 { return a & b; }
@inline export function and_64(a: u64, b: u64): u64 { return a & b; }
@inline export function xor_32(a: u32, b: u32): u32 { return a ^ b; }
@inline export function xor_64(a: u64, b: u64): u64 { return a ^ b; }
@inline export function mov_32(a: u32): u32 { return a; }
@inline export function mov_64(a: u64): u64 { return a; }
@inline export function neg_32(a: u32): u32 { return 0 - a; }
@inline export function neg_64(a: u64): u64 { return 0 - a; }

// Shifts take their count modulo the width, as Wasm's do.
@inline export function lsh_32(a: u32, b: u32): u32 { return a << b; }
@inline export function lsh_64(a: u64, b: u64): u64 { return a << b; }
@inline export function rsh_32(a: u32, b: u32): u32 { return a >> b; }
@inline export function rsh_64(a: u64, b: u64): u64 { return a >> b; }
@inline export function arsh_32(a: u32, b: u32): u32 { return <u32>(<i32>a >> <i32>b); }
@inline export function arsh_64(a: u64, b: u64): u64 { return <u64>(<i64>a >> <i64>b); }

// Division by 0 gives 0, modulo by 0 the dividend.
@inline export function div_32(a: u32, b: u32): u32 { return b == 0 ? 0 : a / b; }
@inline export function div_64(a: u64, b: u64): u64 { return b == 0 ? 0 : a / b; }
@inline export function mod_32(a: u32, b: u32): u32 { return b == 0 ? a : a % b; }
@inline export function mod_64(a: u64, b: u64): u64 { return b == 0 ? a : a % b; }

// Signed, truncating towards zero. Division by −1 is negation, so that the smallest number stays itself; Wasm would
// trap there.
@inline export function sdiv_32(a: u32, b: u32): u32 {
  return b == 0 ? 0 : b == 0xffff_ffff ? 0 - a : <u32>(<i32>a / <i32>b);
}
@inline export function sdiv_64(a: u64, b: u64): u64 {
  return b == 0 ? 0 : b == u64.MAX_VALUE ? 0 - a : <u64>(<i64>a / <i64>b);
}
@inline export function smod_32(a: u32, b: u32): u32 { return b == 0 ? a : <u32>(<i32>a % <i32>b); }
@inline export function smod_64(a: u64, b: u64): u64 { return b == 0 ? a : <u64>(<i64>a % <i64>b); }

@inline export function movsx8_32(a: u32): u32 { return <u32>(<i32>(<i8>a)); }
@inline export function movsx16_32(a: u32): u32 { return <u32>(<i32>(<i16>a)); }
@inline export function movsx8_64(a: u64): u64 { return <u64>(<i64>(<i8>a)); }
@inline export function movsx16_64(a: u64): u64 { return <u64>(<i64>(<i16>a)); }
@inline export function movsx32_64(a: u64): u64 { return <u64>(<i64>(<i32>a)); }

// Byte order (RFC 9669 section 4.2): the width is kept, the rest of the register cleared. The host is little-endian.
@inline export function le_16(a: u64): u64 { return a & 0xffff; }
@inline export function le_32(a: u64): u64 { return a & 0xffff_ffff; }
@inline export function le_64(a: u64): u64 { return a; }
@inline export function bswap_16(a: u64): u64 { return <u64>bswap<u16>(<u16>a); }
@inline export function bswap_32(a: u64): u64 { return <u64>bswap<u32>(<u32>a); }
@inline export function bswap_64(a: u64): u64 { return bswap<u64>(a); }
@inline export function be_16(a: u64): u64 { return bswap_16(a); }
@inline export function be_32(a: u64): u64 { return bswap_32(a); }
@inline export function be_64(a: u64): u64 { return bswap_64(a); }

// Conditions of jumps (RFC 9669 section 4.3)
@inline export function jeq_32(a: u32, b: u32): bool { return a == b; }
@inline export function jeq_64(a: u64, b: u64): bool { return a == b; }
@inline export function jne_32(a: u32, b: u32): bool { return a != b; }
@inline export function jne_64(a: u64, b: u64): bool { return a != b; }
@inline export function jgt_32(a: u32, b: u32): bool { return a > b; }
@inline export function jgt_64(a: u64, b: u64): bool { return a > b; }
@inline export function jge_32(a: u32, b: u32): bool { return a >= b; }
@inline export function jge_64(a: u64, b: u64): bool { return a >= b; }
@inline export function jlt_32(a: u32, b: u32): bool { return a < b; }
@inline export function jlt_64(a: u64, b: u64): bool { return a < b; }
@inline export function jle_32(a: u32, b: u32): bool { return a <= b; }
@inline export function jle_64(a: u64, b: u64): bool { return a <= b; }
@inline export function jset_32(a: u32, b: u32): bool { return (a & b) != 0; }
@inline export function jset_64(a: u64, b: u64): bool { return (a & b) != 0; }
@inline export function jsgt_32(a: u32, b: u32): bool { return <i32>a > <i32>b; }
@inline export function jsgt_64(a: u64, b: u64): bool { return <i64>a > <i64>b; }
@inline export function jsge_32(a: u32, b: u32): bool { return <i32>a >= <i32>b; }
@inline export function jsge_64(a: u64, b: u64): bool { return <i64>a >= <i64>b; }
@inline export function jslt_32(a: u32, b: u32): bool { return <i32>a < <i32>b; }
@inline export function jslt_64(a: u64, b: u64): bool { return <i64>a < <i64>b; }
@inline export function jsle_32(a: u32, b: u32): bool { return <i32>a <= <i32>b; }
@inline export function jsle_64(a: u64, b: u64): bool { return <i64>a <= <i64>b; }

// Loads and stores (RFC 9669 sections 5.1 and 5.2)
@inline export function ldx_8(at: usize): u64 { return load<u8>(at); }
@inline export function ldx_16(at: usize): u64 { return load<u16>(at); }
@inline export function ldx_32(at: usize): u64 { return load<u32>(at); }
@inline export function ldx_64(at: usize): u64 { return load<u64>(at); }
@inline export function ldsx_8(at: usize): u64 { return <u64>(<i64>load<i8>(at)); }
@inline export function ldsx_16(at: usize): u64 { return <u64>(<i64>load<i16>(at)); }
@inline export function ldsx_32(at: usize): u64 { return <u64>(<i64>load<i32>(at)); }
@inline export function st_8(at: usize, value: u64): void { store<u8>(at, <u8>value); }
@inline export function st_16(at: usize, value: u64): void { store<u16>(at, <u16>value); }
@inline export function st_32(at: usize, value: u64): void { store<u32>(at, <u32>value); }
@inline export function st_64(at: usize, value: u64): void { store<u64>(at, value); }
@inline export function stx_8(at: usize, value: u64): void { store<u8>(at, <u8>value); }
@inline export function stx_16(at: usize, value: u64): void { store<u16>(at, <u16>value); }
@inline export function stx_32(at: usize, value: u64): void { store<u32>(at, <u32>value); }
@inline export function stx_64(at: usize, value: u64): void { store<u64>(at, value); }
