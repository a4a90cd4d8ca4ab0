/** What `run` tells people at its end: verdicts, speed, traps, changed maps. */
import type { LoadedProgram } from '../engine/types.js';
import type { MapChanges } from '../pipeline/map_changes.js';
import type { CaptureSummary } from '../pipeline/run_capture.js';
import type { Tally, TrapCount } from '../pipeline/tally.js';
import { trapError } from '../pipeline/trap_error.js';
import { printable, type Style, style } from '../util/ansi.js';
import { renderError } from '../util/render_error.js';
import { columns, counted, duration, grouped, rate } from './format.js';
import { mapLines } from './map_report.js';

export interface RunReportInput {
  readonly summary: CaptureSummary;
  readonly tally: Tally;
  readonly program: LoadedProgram;
  readonly programs: readonly LoadedProgram[];
  readonly changes: MapChanges;
  /** Changed entries to show of each map. */
  readonly top: number;
  readonly color: boolean;
}

export function runReport(input: RunReportInput): string {
  const { summary, tally, program, changes, top, color } = input;
  const styles = style(color);
  const { bold, dim, yellow } = styles;
  const { packets, notRun, seconds } = summary;
  const speed = `${rate(packets / seconds)} packets/s`;
  const lines = [
    `${bold(printable(program.name))}: ${counted(packets, 'packet')} in ${duration(seconds)}, ${bold(speed)} ${dim(`(${program.tier})`)}`,
    '',
    ...verdictLines(tally, packets, styles),
  ];
  if (notRun > 0) lines.push(yellow(`  ${counted(notRun, 'packet')} not run: too short or too long for the hook`));
  for (const change of changes.changed) lines.push('', ...mapLines(change, top, styles));
  if (changes.notCompared.length > 0) {
    lines.push('', dim(`too large to compare: ${changes.notCompared.map(printable).join(', ')}`));
  }
  if (tally.traps.length > 0) lines.push('', ...trapLines(tally.traps, input));
  return `${lines.join('\n')}\n`;
}

function verdictLines(tally: Tally, packets: number, { green, red, yellow }: Style): string[] {
  const paint: Record<string, (text: string) => string> = { XDP_PASS: green, XDP_DROP: red, XDP_ABORTED: yellow };
  const { verdicts } = tally;
  const rows = verdicts.map(([name, count]) => [
    `  ${name}`,
    grouped(count),
    `${((count * 100) / packets).toFixed(1)} %`,
  ]);
  return columns(rows, [1, 2]).map((line, index) => {
    const name = verdicts[index]?.[0] ?? '';
    return line.replace(name, paint[name]?.(name) ?? name);
  });
}

/** The first trap in full, the others by their message. */
function trapLines(traps: readonly TrapCount[], { programs, color }: RunReportInput): string[] {
  const [first, ...rest] = traps as [TrapCount, ...TrapCount[]];
  const total = traps.reduce((sum, { count }) => sum + count, 0);
  return [
    `${counted(total, 'packet')} trapped, the first was packet ${first.firstPacket}:`,
    renderError(trapError(first.info, programs), { color, severity: 'warning' }),
    ...rest.map(({ info, count }) => `  and ${grouped(count)} ×: ${printable(trapError(info, programs).message)}`),
  ];
}
