/**
 * Says what is wrong with a function of the intermediate form: numbers that are not in use, operands of the wrong type
 * or that are not computed before their use on every way. For tests, after each pass; nothing of the library calls it.
 */
import { dominatorTree } from '../analysis/dominators.js';
import type { BlockId, IrFunction, IrType, IrValue, ValueId } from '../model/ir.js';
import { blocksOf, edgesOf, irGraph, isAccess } from './ir_access.js';

/** What the operands' types must be; undefined where any will do, in number as given or more than one kind. */
function operandTypes(value: IrValue): readonly (IrType | 'same')[] | undefined {
  const wide = (count: number): IrType[] => new Array<IrType>(count).fill('i64');
  switch (value.kind) {
    case 'const':
    case 'parameter':
    case 'block_parameter':
    case 'burn':
    case 'packet_length':
    case 'fuel_low':
      return [];
    case 'unary':
      if (value.op === 'wrap') return ['i64'];
      return value.op === 'extend_u' || value.op === 'extend_s' ? ['i32'] : [value.type as IrType];
    case 'binary':
      return [value.type as IrType, value.type as IrType];
    case 'compare':
      return ['same', 'same'];
    case 'element':
      return ['i32'];
    case 'load':
    case 'array_lookup':
    case 'ld_abs':
    case 'range_check':
    case 'zero_frame':
      return ['i64'];
    case 'store':
      return ['i64', value.width === 64 ? 'i64' : 'i32'];
    case 'atomic_rmw':
      return ['i64', value.type as IrType];
    case 'atomic_cmpxchg':
      return ['i64', value.type as IrType, value.type as IrType];
    case 'call_helper':
      return wide(value.args.length);
    case 'call_custom':
      return wide(5);
    case 'call_local':
      return wide(6);
    case 'call_indirect':
      return wide(7);
    case 'tail_call':
      return wide(4);
  }
}

/** The first things that are wrong, as text; empty if nothing is. */
export function checkIr(fn: IrFunction): string[] {
  const problems: string[] = [];
  const graph = irGraph(fn);
  const dominators = dominatorTree(graph);
  const home = new Map<ValueId, { block: BlockId; position: number }>();
  const define = (id: ValueId, block: BlockId, position: number): void => {
    if (fn.values[id] === undefined) problems.push(`value ${id} of block ${block} is not there`);
    if (home.has(id)) problems.push(`value ${id} is computed twice`);
    home.set(id, { block, position });
  };
  for (const id of fn.parameters) define(id, 0, -1);
  for (const block of blocksOf(fn)) {
    for (const id of block.parameters) define(id, block.id, -1);
    for (const [position, id] of block.values.entries()) define(id, block.id, position);
  }
  const use = (id: ValueId, block: BlockId, position: number, by: string, type?: IrType): void => {
    const value = fn.values[id];
    const at = home.get(id);
    if (value === undefined || at === undefined) {
      problems.push(`${by} in block ${block} reads value ${id}, which is not computed`);
      return;
    }
    if (type !== undefined && value.type !== type) problems.push(`${by} reads ${id} as ${type}, it is ${value.type}`);
    if (value.kind === 'const') return;
    const before = at.block === block ? at.position < position : dominators.dominates(at.block, block);
    if (!before) problems.push(`${by} in block ${block} reads value ${id} of block ${at.block} before it is computed`);
  };
  for (const block of blocksOf(fn)) {
    if (graph.position[block.id] === -1) {
      problems.push(`block ${block.id} is not reached`);
      continue;
    }
    block.values.forEach((id, position) => {
      const value = fn.values[id];
      if (value === undefined) return;
      const types =
        isAccess(value) && value.guard === 'checked'
          ? [...(operandTypes(value) ?? []), 'i32' as const]
          : operandTypes(value);
      const by = `${value.kind} ${id}`;
      if (types !== undefined && types.length !== value.args.length)
        problems.push(`${by} has ${value.args.length} operands`);
      const first = fn.values[value.args[0] ?? -1]?.type;
      value.args.forEach((arg, index) => {
        const type = types?.[index];
        use(arg, block.id, position, by, type === 'same' ? (first as IrType) : type);
      });
    });
    const end = block.values.length;
    const { terminator } = block;
    if (terminator.kind === 'branch') use(terminator.condition, block.id, end, 'branch', 'i32');
    if (terminator.kind === 'return') use(terminator.value, block.id, end, 'return', 'i64');
    for (const edge of edgesOf(terminator)) {
      const target = fn.blocks[edge.target];
      if (target === undefined || edge.target === 0) problems.push(`block ${block.id} leads to block ${edge.target}`);
      else if (target.parameters.length !== edge.args.length) {
        problems.push(
          `edge ${block.id} → ${edge.target} brings ${edge.args.length} of ${target.parameters.length} values`,
        );
      } else {
        edge.args.forEach((arg, index) => {
          const type = fn.values[target.parameters[index] as ValueId]?.type as IrType;
          use(arg, block.id, end, `edge to block ${edge.target}`, type);
        });
      }
    }
  }
  return problems;
}
