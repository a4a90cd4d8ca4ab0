// What `npm start` shows after setup: an unmodified clang-built XDP object judging a capture, and what to try next.
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const words = ['run', 'examples/packet_of_death.o', '-i', 'examples/traffic.pcapng'];

console.log(`$ beeswax ${words.join(' ')}\n`);
const done = spawnSync(process.execPath, [join(root, 'dist/cli/main.js'), ...words], { cwd: root, stdio: 'inherit' });
if (done.status !== 0) process.exit(done.status ?? 1);
console.log(`
next: try
  npx beeswax show examples/packet_of_death.o
  npx beeswax disasm examples/packet_of_death.o
  npx beeswax run examples/packet_of_death.o -i examples/traffic.pcapng -o /tmp/judged.pcapng
  npx beeswax --help`);
