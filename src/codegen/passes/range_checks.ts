/**
 * Several accesses at constant offsets from one base share one compare: a check of the range that covers them stands
 * before the first, and each looks at its result only. Where it fails, each asks for itself, so that a program traps
 * where it would have trapped.
 */
import type { AccessOp, IrBlock, IrFunction, IrValue, Region, ValueId } from '../../model/ir.js';
import { blocksOf, isAccess, valueAt } from '../ir_access.js';
import { Rewriter } from './rewriter.js';

/** Longest range that one check covers: a longer one would fail for accesses that are fine. */
const MAX_BYTES = 256;

/** Accesses of one base in one block, between two points where the packet may move. */
interface Group {
  readonly region: Region;
  readonly members: AccessOp[];
  low: number;
  high: number;
}

export function rangeChecks(fn: IrFunction): IrFunction {
  const r = new Rewriter(fn);
  for (const block of blocksOf(fn)) {
    const groups = groupsOf(fn, block);
    if (groups.size === 0) continue;
    /** Result of each group's check, once it is written. */
    const checks = new Map<Group, ValueId>();
    r.block(block, (value) => {
      const group = groups.get(value.id);
      if (group === undefined || !isAccess(value)) return value.id;
      const check = checks.get(group) ?? r.append(checkOf(group));
      checks.set(group, check);
      value.guard = 'checked';
      value.args.push(check);
      return value.id;
    });
  }
  return r.finish();
}

function checkOf({ region, members, low, high }: Group): Parameters<Rewriter['append']>[0] {
  const [base] = (members[0] as AccessOp).args as [ValueId];
  const writes = members.some((member) => member.kind !== 'load');
  return { kind: 'range_check', type: 'i32', args: [base], offset: low, bytes: high - low, writes, region };
}

/** The groups of two or more, by each member. */
function groupsOf(fn: IrFunction, block: IrBlock): Map<ValueId, Group> {
  const result = new Map<ValueId, Group>();
  const open = new Map<ValueId, Group>();
  const close = (group: Group): void => {
    if (group.members.length > 1) for (const { id } of group.members) result.set(id, group);
  };
  for (const id of block.values) {
    const value = valueAt(fn, id);
    if (mayMovePacket(value)) {
      for (const group of open.values()) close(group);
      open.clear();
    }
    if (!isAccess(value) || (value.guard !== 'user' && value.guard !== 'packet')) continue;
    const [base] = value.args as [ValueId];
    const end = value.offset + value.width / 8;
    const group = open.get(base);
    const low = Math.min(group?.low ?? value.offset, value.offset);
    const high = Math.max(group?.high ?? end, end);
    if (group !== undefined && high - low <= MAX_BYTES) {
      group.members.push(value);
      group.low = low;
      group.high = high;
    } else {
      if (group !== undefined) close(group);
      open.set(base, { region: value.guard, members: [value], low: value.offset, high: end });
    }
  }
  for (const group of open.values()) close(group);
  return result;
}

/** Whether what was in the packet may lie outside of it afterwards. */
function mayMovePacket(value: IrValue): boolean {
  if (value.kind === 'call_helper') return value.movesPacket || value.callsBack;
  return value.kind === 'call_local' || value.kind === 'call_indirect' || value.kind === 'call_custom';
}
