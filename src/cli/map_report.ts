/** Maps that a run changed, as text for people and as JSON. */
import { toJson } from '../elf/index.js';
import type { EngineMap } from '../engine/types.js';
import type { EntryChange, MapChange } from '../pipeline/map_changes.js';
import { printable, type Style } from '../util/ansi.js';
import { columns, grouped, valueText } from './format.js';
import { decodeMapKey, decodeMapValue, isPerCpu } from './map_values.js';

/** @param top entries to show of each map */
export function mapLines({ map, changes }: MapChange, top: number, { bold, dim, green, red }: Style): string[] {
  const shown = changes.slice(0, top);
  const rows = shown.map((change) => [
    `  ${printable(valueText(decodeMapKey(map, change.key)))}`,
    printable(changeText(map, change)),
  ]);
  const lines = columns(rows).map((line, index) => {
    const { before, after } = shown[index] as EntryChange;
    return before === undefined ? green(line) : after === undefined ? red(line) : line;
  });
  const entries = changes.length === 1 ? '1 entry' : `${grouped(changes.length)} entries`;
  const rest = changes.length - shown.length;
  return [
    `${bold(printable(map.name))} ${dim(`(${map.type}): ${entries} changed`)}`,
    ...lines,
    ...(rest > 0 ? [dim(`  and ${grouped(rest)} more (--top N shows more, --dump-maps all)`)] : []),
  ];
}

/** {"map": [{"key", "before", "after"}]}: what is absent was not there. */
export function mapsJson(changed: readonly MapChange[]): Record<string, unknown> {
  return Object.fromEntries(
    changed.map(({ map, changes }) => [
      map.name,
      changes.map(({ key, before, after }) => ({
        key: toJson(decodeMapKey(map, key)),
        ...(before === undefined ? {} : { before: toJson(decodeMapValue(map, before)) }),
        ...(after === undefined ? {} : { after: toJson(decodeMapValue(map, after)) }),
      })),
    ]),
  );
}

function changeText(map: EngineMap, { before, after }: EntryChange): string {
  const was = before === undefined ? undefined : decodeMapValue(map, before);
  const is = after === undefined ? undefined : decodeMapValue(map, after);
  if (!isPerCpu(map)) return difference(was, is);
  const cpus = Math.max(...[was, is].map((values) => (Array.isArray(values) ? values.length : 0)));
  const of = (values: unknown, cpu: number): unknown => (Array.isArray(values) ? values[cpu] : undefined);
  const texts = Array.from({ length: cpus }, (_, cpu) => difference(of(was, cpu), of(is, cpu)));
  if (cpus === 1) return texts[0] ?? '';
  return texts.flatMap((text, cpu) => (text === '' ? [] : [`cpu ${cpu}: ${text}`])).join(', ');
}

/** What differs between two values: of structs only the fields that do; '' for nothing. */
function difference(was: unknown, is: unknown): string {
  if (was === undefined) return `new ${valueText(is)}`;
  if (is === undefined) return `gone, was ${valueText(was)}`;
  if (isStruct(was) && isStruct(is)) {
    const fields = Object.keys(is).flatMap((name) => {
      const text = difference(was[name], is[name]);
      return text === '' ? [] : [`${name}: ${text}`];
    });
    return fields.length === 0 ? '' : `{${fields.join(', ')}}`;
  }
  const [before, after] = [valueText(was), valueText(is)];
  return before === after ? '' : `${before} → ${after}`;
}

function isStruct(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array);
}
