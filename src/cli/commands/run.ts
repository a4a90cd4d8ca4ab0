/** `beeswax run`: a capture through a program, to verdicts, files, and a report. */

import type { LoadedProgram } from '../../engine/types.js';
import type { PacketInput } from '../../model/frame.js';
import { LINKTYPE_ETHERNET, linkTypeName, PcapEncoder, PcapngEncoder, readCapture } from '../../packet/index.js';
import { CaptureFileSink } from '../../pipeline/capture_sink.js';
import { type MapChanges, MapSnapshot } from '../../pipeline/map_changes.js';
import { type CaptureSummary, runCapture } from '../../pipeline/run_capture.js';
import type { CaptureSink } from '../../pipeline/sink.js';
import { Tally } from '../../pipeline/tally.js';
import { trapError } from '../../pipeline/trap_error.js';
import { VerdictLinesSink } from '../../pipeline/verdict_sink.js';
import { errorJson } from '../../util/render_error.js';
import { exitCode } from '../exit_codes.js';
import { interruptible } from '../interruptible.js';
import { jsonText } from '../json.js';
import { type Loaded, withProgram } from '../load.js';
import { dumpMaps } from '../map_file.js';
import { mapsJson } from '../map_report.js';
import type { Options } from '../options.js';
import { Progress } from '../progress.js';
import { reportError } from '../report_error.js';
import type { RunCommand } from '../run_command.js';
import { runReport } from '../run_report.js';
import type { Terminal } from '../terminal.js';
import { usageError } from '../usage_error.js';

/** The exit code of a process that the user interrupted (128 + SIGINT). */
const INTERRUPTED = 130;

export const run: RunCommand = async (path, options, terminal) => {
  await checkFiles(options, terminal);
  return withProgram(path, options, terminal, (loaded) => runOnCapture(loaded, options, terminal));
};

async function runOnCapture({ object, program }: Loaded, options: Options, terminal: Terminal): Promise<number> {
  const { json = false, quiet = false } = options;
  const wantsReport = json || !quiet;
  const snapshot = wantsReport ? new MapSnapshot(object) : undefined;
  const progress = new Progress(terminal, terminal.interactive && wantsReport && !json);
  const input = await terminal.open(options.input as string, progress.read);
  progress.expect(input.size);
  const interruption = terminal.interruption();
  const tally = new Tally();
  const context = packetContext(options);

  const summary = await runCapture({
    program,
    records: readCapture(interruptible(input.chunks, interruption)),
    sinks: [tally, ...(await fileSinks(program, object.programs, options, terminal))],
    signal: interruption,
    onProgress: progress.done,
    ...(options.limit === undefined ? {} : { limit: options.limit }),
    ...(context === undefined ? {} : { context }),
  });
  progress.end();
  if (options.dumpMaps !== undefined) {
    await dumpMaps(object, await terminal.create(options.dumpMaps), options.raw === true);
  }

  // An interruption may come in the middle of a record, which is no damage.
  const damage = interruption.aborted ? undefined : summary.damage?.at({ file: nameOf(options.input as string) });
  const changes = snapshot?.changes();
  if (json) {
    terminal.out(jsonText(runJson(summary, tally, program, changes as MapChanges, object.programs, damage)));
  } else if (!quiet && (damage === undefined || summary.packets > 0)) {
    const text = runReport({
      summary,
      tally,
      program,
      programs: object.programs,
      changes: changes as MapChanges,
      top: options.top ?? 10,
      color: writesToStdout(options) ? terminal.colorErr : terminal.colorOut,
    });
    if (writesToStdout(options)) terminal.err(text);
    else terminal.out(text);
    warnOfLinkTypes(tally, program, terminal);
  }
  if (damage !== undefined) {
    reportError(damage, terminal);
    return exitCode(damage);
  }
  return interruption.aborted ? INTERRUPTED : 0;
}

function runJson(
  { packets, notRun, seconds }: CaptureSummary,
  tally: Tally,
  program: LoadedProgram,
  { changed, notCompared }: MapChanges,
  programs: readonly LoadedProgram[],
  damage: CaptureSummary['damage'],
): unknown {
  return {
    packets,
    verdicts: Object.fromEntries(tally.verdicts),
    seconds,
    packetsPerSecond: seconds === 0 ? 0 : Math.round(packets / seconds),
    traps: tally.traps.map(({ info, count, firstPacket }) => {
      const { code, message, location } = errorJson(trapError(info, programs));
      return { code, message, program: info.program, pc: info.pc, count, firstPacket, location };
    }),
    maps: mapsJson(changed),
    engine: program.tier,
    program: program.name,
    ...(notRun === 0 ? {} : { notRun }),
    ...(notCompared.length === 0 ? {} : { mapsNotCompared: notCompared }),
    ...(damage === undefined ? {} : { error: errorJson(damage) }),
  };
}

async function fileSinks(
  program: LoadedProgram,
  programs: readonly LoadedProgram[],
  options: Options,
  terminal: Terminal,
): Promise<CaptureSink[]> {
  const sinks: CaptureSink[] = [];
  if (options.output !== undefined) {
    sinks.push(
      new CaptureFileSink({
        encoder: options.output.endsWith('.pcap') ? new PcapEncoder() : new PcapngEncoder(),
        bytes: await terminal.create(options.output),
        type: program.type,
        queue: options.queue ?? 0,
        comment: ({ trap }) => (trap === undefined ? undefined : trapComment(trapError(trap, programs))),
      }),
    );
  }
  if (options.verdicts !== undefined) sinks.push(new VerdictLinesSink(await terminal.create(options.verdicts)));
  return sinks;
}

/** What Wireshark shows beside a packet whose run trapped. */
function trapComment({ message, location }: ReturnType<typeof trapError>): string {
  const place = location?.file === undefined ? '' : ` at ${location.file}:${location.line}: ${location.text?.trim()}`;
  return `${message}${place}`;
}

function packetContext({ ifindex, queue }: Options): Omit<PacketInput, 'data'> | undefined {
  if (ifindex === undefined && queue === undefined) return undefined;
  return {
    ...(ifindex === undefined ? {} : { ingressIfindex: ifindex }),
    ...(queue === undefined ? {} : { rxQueueIndex: queue }),
  };
}

const nameOf = (path: string): string => (path === '-' ? 'stdin' : path);

const writesToStdout = ({ output, verdicts, dumpMaps: dump }: Options): boolean =>
  output === '-' || verdicts === '-' || dump === '-';

/** Refuses what would overwrite the input or mix two documents on stdout. */
async function checkFiles(options: Options, terminal: Terminal): Promise<void> {
  const { input, output, verdicts, dumpMaps: dump, json } = options;
  const toStdout = [
    ...(output === '-' ? ['--output -'] : []),
    ...(verdicts === '-' ? ['--verdicts -'] : []),
    ...(dump === '-' ? ['--dump-maps -'] : []),
    ...(json ? ['--json'] : []),
  ];
  if (toStdout.length > 1)
    throw usageError(`${toStdout.join(' and ')} cannot share stdout`, 'send all but one to files');
  if (input === '-' && options.maps === '-') throw usageError('--input - and --maps - cannot share stdin');
  for (const file of [output, verdicts, dump]) {
    if (file === undefined || file === '-' || input === '-') continue;
    if (await terminal.sameFile(file, input as string)) {
      throw usageError(`${file} is the input; it would be overwritten while it is read`, 'write to another file');
    }
  }
}

function warnOfLinkTypes(tally: Tally, program: LoadedProgram, terminal: Terminal): void {
  if (program.type !== 'xdp') return;
  for (const linkType of tally.linkTypes.filter((type) => type !== LINKTYPE_ETHERNET)) {
    terminal.err(
      `note: the capture holds ${linkTypeName(linkType)} packets, but XDP programs expect Ethernet frames; they ran as they are\n`,
    );
  }
}
