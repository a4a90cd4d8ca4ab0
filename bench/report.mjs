// The results as text.
import { PEERS } from './peers/peer.mjs';
import { ns, table } from './table.mjs';

const MODES = [
  [
    'repeat',
    'One packet many times in a row, averaged over a sample of the capture (what the kernel can be asked for)',
  ],
  ['batch', 'The packets one after the other, in place, 256 in a chunk'],
];
/** Peers by which the others are divided. */
const BASES = ['kernel', 'native'];

export function packets(rows) {
  const text = ['Nanoseconds a packet, less the empty program run in the same way (in brackets).'];
  for (const [mode, title] of MODES) {
    const peers = PEERS.filter(({ name }) => rows.some((row) => row[mode][name] !== undefined));
    const bases = BASES.filter((base) => peers.some(({ name }) => name === base));
    const header = ['', ...peers.map((peer) => peer.title), ...bases.map((base) => `translated ÷ ${base}`)];
    const cells = rows.map((row) => {
      const figures = row[mode];
      return [
        row.title,
        ...peers.map(({ name }) => (figures[name] ? `${ns(figures[name].net)} (${ns(figures[name].floor)})` : 'none')),
        ...bases.map((base) => ratio(figures.jit, figures[base])),
      ];
    });
    text.push('', title, '', table(header, cells));
  }
  text.push(
    '',
    `Captures: ${[...new Set(rows.map((row) => `${row.title} on ${row.capture} (${row.packets} packets, of which ${row.sample} are the sample)`))].join(', ')}.`,
  );
  for (const { name, title } of PEERS) {
    const reason = rows.map((row) => row.none[name]).find((none) => none !== undefined);
    if (reason !== undefined) text.push(`${title}: none, as ${reason}.`);
  }
  const spread = Math.max(
    ...rows.flatMap((row) => MODES.flatMap(([mode]) => Object.values(row[mode]).map((f) => f.spread))),
  );
  if (spread > 1.3)
    text.push(`The machine was busy: medians are up to ${spread.toFixed(1)} × the tenth percentiles given.`);
  return `${text.join('\n')}\n`;
}

function ratio(a, b) {
  return a === undefined || b === undefined ? '' : (a.net / b.net).toFixed(2);
}

/** Rows of the start-up table: what is shown, and the child's name for it. */
const STARTUP = [
  ['import of the library', 'import'],
  ['Engine.create', 'create'],
  ['load and first verdict', 'load'],
  ['object bytes to first verdict, cold', 'bytesToVerdict'],
  ['object bytes to translated code, cold', 'bytesToTranslated'],
  ['the same, with the start of Node', 'processToVerdict'],
  ['second object in the same engine, to its verdict', 'secondObject'],
  ['second engine in the same process, to its verdict', 'secondEngine'],
  ['second engine, to translated code', 'secondEngineToTranslated'],
];

export function startup({ processes, medians }) {
  const tiers = Object.keys(medians);
  const rows = STARTUP.map(([title, name]) => [
    title,
    ...tiers.map((tier) => (tier === 'interp' && name.endsWith('ranslated') ? '' : ns(medians[tier][name]))),
  ]);
  return `Milliseconds, medians of ${processes} fresh processes.\n\n${table(['', ...tiers], rows)}\n`;
}

export function size({ tarball, installed: { total, ...packages }, browser }) {
  const rows = Object.entries(packages).sort(([, a], [, b]) => b - a);
  return [
    `Installed: ${megabytes(total)}; the package itself is a tarball of ${kilobytes(tarball)}.`,
    '',
    table(
      ['', 'on disk'],
      rows.map(([name, bytes]) => [name, megabytes(bytes)]),
    ),
    '',
    'What a browser loads, gzipped:',
    '',
    table(
      ['', 'gzipped'],
      [
        [`scripts, ${browser.files} files`, kilobytes(browser.scripts)],
        ['the same as one file', kilobytes(browser.bundled)],
        ['runtime.wasm', browser.wasm === undefined ? 'missing' : kilobytes(browser.wasm)],
        [
          'binaryen, for the first translation',
          browser.binaryen === undefined ? 'missing' : kilobytes(browser.binaryen),
        ],
      ],
    ),
    '',
  ].join('\n');
}

const kilobytes = (bytes) => `${(bytes / 1000).toFixed(0)} kB`;
const megabytes = (bytes) => `${(bytes / 1e6).toFixed(1)} MB`;
