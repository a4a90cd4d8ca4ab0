/** bpf_fib_lookup, bpf_check_mtu, bpf_clone_redirect (net/core/filter.c): what asks the network that the user gave. */
import { Skb, Worker } from "../../src/abi/layout";
import { Errno, ProgramType } from "../generated/abi";
import { fib_lookup, interface_mtu } from "../host";
import { XdpMd } from "../packet";
import { context, data, data_end, is_gso, length, skb } from "../skb";
import { WORKER } from "../worker";
import { errno, is_context, may_write } from "./arguments";
import { HOST_WORK, spend } from "./work";

/** sizeof(struct bpf_fib_lookup). */
const FIB_SIZE: i32 = 64;
/** All BPF_FIB_LOOKUP_* flags. */
const FIB_FLAGS: u32 = 63;
const ETH_HLEN: i64 = 14;

const BPF_MTU_CHK_SEGS: u64 = 1;
const FRAG_NEEDED: u64 = 1;
const BPF_F_INGRESS: u64 = 1;

@inline function is_xdp(): bool { return load<u32>(WORKER, Worker.HOOK) == ProgramType.xdp; }

export function helper_fib_lookup(ctx: u64, params: u64, size: u64, flags: u64): u64 {
  if (!is_context(ctx) || !may_write(params, <u32>size)) return 0;
  if (<i32>size < FIB_SIZE || (<u32>flags & ~FIB_FLAGS) != 0) return errno(Errno.EINVAL);
  if (!spend(HOST_WORK)) return 0;
  const own_length = is_xdp() ? -1 : <i32>max<i64>(<i64>length() - ETH_HLEN, 0);
  return <u64>(<i64>fib_lookup(<u32>params, <u32>flags, own_length));
}

/** The interface that the packet is at. */
function own_interface(): u32 {
  return is_xdp() ? load<u32>(context(), XdpMd.INGRESS_IFINDEX) : load<u32>(skb(), Skb.IFINDEX);
}

/** Whether the packet, changed in length by `difference`, fits an interface; `mtu_length` takes its MTU. */
export function helper_check_mtu(ctx: u64, ifindex: u64, mtu_length: u64, difference: u64, flags: u64): u64 {
  if (!is_context(ctx) || !may_write(mtu_length, 4)) return 0;
  const at = <usize>mtu_length;
  const given = <i64>load<u32>(at);
  const segments = (flags & BPF_MTU_CHK_SEGS) != 0;
  if ((flags & ~(is_xdp() ? 0 : BPF_MTU_CHK_SEGS)) != 0) return errno(Errno.EINVAL);
  if (segments && (<i32>difference != 0 || given != 0)) return errno(Errno.EINVAL);
  if (!spend(HOST_WORK)) return 0;
  const mtu = interface_mtu(<u32>ifindex == 0 ? own_interface() : <u32>ifindex);
  if (mtu < 0) return errno(Errno.ENODEV);
  const own = <i64>data_end() - <i64>data();
  const wanted = (given == 0 ? own : given + ETH_HLEN) + <i64>(<i32>difference);
  let result: u64 = wanted > <i64>mtu + ETH_HLEN ? FRAG_NEEDED : 0;
  // Of a packet that stands for several only the segments are sent, which are checked if it is asked for.
  if (result != 0 && !is_xdp() && is_gso()) {
    if (segments && load<u32>(skb(), Skb.TRANSPORT_HEADER) == 0) return errno(Errno.EINVAL);
    result = 0;
  }
  store<u32>(at, mtu);
  return result;
}

/** Sends a copy to an interface. Nobody takes it yet: only what the program sees of it is done. */
export function helper_clone_redirect(ctx: u64, ifindex: u64, flags: u64): u64 {
  if (!is_context(ctx)) return 0;
  if ((flags & ~BPF_F_INGRESS) != 0) return errno(Errno.EINVAL);
  if (is_gso()) return errno(Errno.EBADMSG);
  if (!spend(HOST_WORK)) return 0;
  if (interface_mtu(<u32>ifindex) < 0) return errno(Errno.EINVAL);
  const network = load<u32>(skb(), Skb.NETWORK_HEADER);
  return load<u32>(skb(), Skb.MAC_HEADER) >= network || length() == 0 ? errno(Errno.ERANGE) : 0;
}
