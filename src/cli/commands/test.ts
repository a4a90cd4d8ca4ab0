/** `beeswax test`: one packet through a program, as BPF_PROG_TEST_RUN does it. */
import type { LoadedProgram, RepeatResult } from '../../engine/types.js';
import { trapError } from '../../pipeline/trap_error.js';
import { style } from '../../util/ansi.js';
import { toHex } from '../../util/hex.js';
import { errorJson } from '../../util/render_error.js';
import { exitCode } from '../exit_codes.js';
import { columns, counted } from '../format.js';
import { jsonText } from '../json.js';
import { withProgram } from '../load.js';
import { packetBytes, packetInput } from '../packet_input.js';
import { reportError } from '../report_error.js';
import type { RunCommand } from '../run_command.js';
import type { Terminal } from '../terminal.js';

export const test: RunCommand = async (path, options, terminal) => {
  const bytes = await packetBytes(options.data, terminal);
  return withProgram(path, options, terminal, async ({ object, program }) => {
    const input = packetInput(bytes, options.context, program.type);
    const result = await program.test(input, options.repeat ?? 1);
    const trap = result.trap === undefined ? undefined : trapError(result.trap, object.programs);
    if (options.json === true) {
      const { retval, action, packet, nsPerRun, repeat, metaLength, context, redirect } = result;
      terminal.out(
        jsonText({
          retval,
          verdict: action,
          data: toHex(packet),
          nsPerRun,
          repeat,
          ...(metaLength === 0 ? {} : { metaLength }),
          ...(context === undefined ? {} : { context }),
          ...(redirect === undefined ? {} : { redirect }),
          ...(trap === undefined ? {} : { trap: errorJson(trap) }),
        }),
      );
    } else if (options.quiet !== true) {
      terminal.out(testReport(program, result, terminal));
    }
    if (trap === undefined) return 0;
    if (options.json !== true) reportError(trap, terminal);
    return exitCode(trap);
  });
};

function testReport(program: LoadedProgram, result: RepeatResult, terminal: Terminal): string {
  const { bold, dim } = style(terminal.colorOut);
  const { retval, action, packet, metaLength, nsPerRun, repeat } = result;
  const rows = [
    ['verdict', bold(action)],
    ['retval', String(retval)],
    [
      'time',
      `${nsPerRun.toFixed(nsPerRun < 100 ? 1 : 0)} ns per run ${dim(`(${counted(repeat, 'run')}, ${program.tier})`)}`,
    ],
    ['data', counted(packet.length, 'byte') + (metaLength === 0 ? '' : `, of which ${metaLength} are metadata`)],
  ];
  return `${[...columns(rows), ...hexDump(packet).map((line) => `  ${line}`)].join('\n')}\n`;
}

/** Offset, sixteen bytes in hex, and the printable ones among them. */
function hexDump(bytes: Uint8Array): string[] {
  const lines: string[] = [];
  for (let at = 0; at < bytes.length; at += 16) {
    const row = bytes.subarray(at, at + 16);
    const hex = Array.from(row, (byte) => byte.toString(16).padStart(2, '0')).join(' ');
    const text = Array.from(row, (byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.')).join('');
    lines.push(`${at.toString(16).padStart(4, '0')}  ${hex.padEnd(47)}  ${text}`);
  }
  return lines;
}
