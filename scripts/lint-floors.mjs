// Fails when a folder of src/ imports from a folder on a higher floor (or, on one floor, from a sibling that it is
// not allowed to know), when there is an import cycle, or when too few modules were seen for the check to mean anything.
import { cruise } from 'dependency-cruiser';

/** Floors from the ground up; folders of one floor know nothing of each other. */
const FLOORS = [
  ['util', 'packet', 'platform'],
  ['abi'],
  ['isa'],
  ['model'],
  ['asm', 'elf'],
  ['analysis'],
  ['codegen', 'interp'],
  ['runtime', 'kernel'],
  ['hooks'],
  ['engine'],
  ['pipeline', 'conformance', 'testing'],
  ['cli', 'web'],
];
/** Pairs on one floor that may know each other: importer, imported. */
const NEIGHBOURS = [
  ['packet', 'util'],
  ['platform', 'util'],
];
/** Only these may import Node's modules, or packages that need them. */
const NODE_FOLDERS = '^src/(kernel|cli|platform/node(_files|_process)?\\.ts|node\\.ts)';
/** Fewer modules than this, and the cruise did not see the sources. */
const PLAUSIBLE_MODULES = 40;

const forbidden = [
  {
    name: 'no-cycle',
    severity: 'error',
    from: {},
    to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
  },
  {
    name: 'core-is-neutral',
    severity: 'error',
    from: { path: '^src/', pathNot: NODE_FOLDERS },
    to: { dependencyTypes: ['core'] },
  },
  {
    name: 'binaryen-in-one-file',
    severity: 'error',
    from: { path: '^src/', pathNot: '^src/codegen/wasm\\.ts$' },
    to: { path: 'node_modules/binaryen', dependencyTypesNot: ['type-only'] },
  },
];
FLOORS.forEach((folders, floor) => {
  const higher = FLOORS.slice(floor + 1).flat();
  for (const folder of folders) {
    const siblings = folders.filter(
      (other) => other !== folder && !NEIGHBOURS.some(([from, to]) => from === folder && to === other),
    );
    const banned = [...higher, ...siblings];
    if (banned.length === 0) continue;
    forbidden.push({
      name: `floor-${folder}`,
      severity: 'error',
      from: { path: `^src/${folder}/` },
      to: { path: `^src/(${banned.join('|')})/` },
    });
  }
});

const { output } = await cruise(
  ['src'],
  { ruleSet: { forbidden }, validate: true, tsPreCompilationDeps: true, doNotFollow: { path: 'node_modules' } },
  undefined,
  { tsConfig: undefined },
);
const own = output.modules.filter((module) => module.source.startsWith('src/'));
for (const { rule, from, to } of output.summary.violations) console.error(`${rule.name}: ${from} → ${to}`);
console.log(`${own.length} modules, ${output.summary.violations.length} violations of the floors`);
if (own.length < PLAUSIBLE_MODULES) {
  console.error(`expected at least ${PLAUSIBLE_MODULES} modules: the cruise did not see the sources`);
  process.exit(1);
}
process.exit(output.summary.violations.length === 0 ? 0 : 1);
