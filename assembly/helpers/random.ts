/** bpf_get_prandom_u32: xoshiro128** (Blackman and Vigna) a worker, or the embedder's source. */
import { Header, Layout, Worker } from "../../src/abi/layout";
import { random_u32 } from "../host";
import { WORKER } from "../worker";

export function helper_get_prandom_u32(): u64 {
  if (load<u32>(Layout.HEADER, Header.HOST_RANDOM)) return random_u32();
  const s0 = load<u32>(WORKER, Worker.RANDOM);
  const s1 = load<u32>(WORKER, Worker.RANDOM + 4);
  const s2 = load<u32>(WORKER, Worker.RANDOM + 8) ^ s0;
  const s3 = load<u32>(WORKER, Worker.RANDOM + 12) ^ s1;
  store<u32>(WORKER, s0 ^ s3, Worker.RANDOM);
  store<u32>(WORKER, s1 ^ s2, Worker.RANDOM + 4);
  store<u32>(WORKER, s2 ^ (s1 << 9), Worker.RANDOM + 8);
  store<u32>(WORKER, rotl<u32>(s3, 11), Worker.RANDOM + 12);
  return <u64>(rotl<u32>(s1 * 5, 7) * 9);
}
