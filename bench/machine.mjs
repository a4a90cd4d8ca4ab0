// What figures hold for: the machine, its kernel, the versions, the day.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cpus, loadavg, release, totalmem, type } from 'node:os';

export function machine() {
  return {
    date: new Date().toISOString().slice(0, 10),
    cpu: cpuName(),
    cores: cpus().length,
    memory: `${Math.round(totalmem() / 2 ** 30)} GiB`,
    kernel: `${type()} ${release()}`,
    node: `${process.version} (V8 ${process.versions.v8})`,
    clang: firstLine(process.env.CLANG ?? 'clang-19') ?? 'none',
    load: loadavg()
      .map((load) => load.toFixed(1))
      .join(' '),
  };
}

export function describeMachine({ date, cpu, cores, memory, kernel, node, clang, load }) {
  return `${date} · ${cpu}, ${cores} cores, ${memory} · ${kernel}\nNode ${node} · ${clang} · load ${load}`;
}

/** What the kernel calls the processor; Node gives the same name where it knows one. */
function cpuName() {
  const name = cpus()[0]?.model;
  if (name !== undefined && name !== 'unknown') return name;
  return /model name\s*: (.*)/.exec(read('/proc/cpuinfo'))?.[1] ?? process.arch;
}

function read(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function firstLine(command) {
  const { error, stdout } = spawnSync(command, ['--version'], { encoding: 'utf8' });
  return error === undefined ? stdout.split('\n')[0] : undefined;
}
