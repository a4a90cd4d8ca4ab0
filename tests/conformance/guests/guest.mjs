// An engine of two instructions (`r0 = imm`, `exit`) that speaks the batch protocol, and breaks it when r0 is one of
// the words below: what hostile and unlucky engines do. `--start NAME` makes it fail before it is asked anything.
import { createInterface } from 'node:readline';

const MISDEEDS = {
  4097: function crash() {
    process.kill(process.pid, 'SIGSEGV');
  },
  4098: function exitEarly() {
    process.exit(0);
  },
  4099: function exitWithCode() {
    console.error('guest: assertion failed');
    process.exit(3);
  },
  4100: function hang() {
    for (;;);
  },
  4101: function rubbish() {
    say('Segmentation fault (core dumped)');
  },
  4102: function noHex(id) {
    say(JSON.stringify({ id, r0: 'zzz' }));
  },
  4103: function twice(id, r0) {
    say(JSON.stringify({ id, r0 }));
    say(JSON.stringify({ id, r0 }));
  },
  4104: function swapped(id, r0) {
    held = JSON.stringify({ id, r0 });
  },
  4105: function endless() {
    const line = 'x'.repeat(1 << 20);
    for (let i = 0; i < 64; i++) process.stdout.write(line);
  },
  4106: function noiseAfter(id, r0) {
    say(JSON.stringify({ id, r0 }));
    say('done.');
  },
  4107: function crashAfter(id, r0) {
    say(JSON.stringify({ id, r0 }));
    process.abort();
  },
  4108: function halfALine(id) {
    process.stdout.write(`{"id":${id},"r0":`);
    for (;;);
  },
  4109: function noMemory(id, r0) {
    say(JSON.stringify({ id, r0 }));
  },
  4110: function wrongCase(id, r0) {
    say(JSON.stringify({ id: id + 1000, r0 }));
  },
};

let held;
/** Writing to a pipe is synchronous in Node: what was said is out before the next misdeed. */
const say = (line) => process.stdout.write(`${line}\n`);

const atStart = process.argv[2] === '--start' ? process.argv[3] : undefined;
if (atStart === 'exit') process.exit(7);
if (atStart === 'rubbish') say('Welcome to Guest 1.0');
if (atStart === 'hang') for (;;);

for await (const line of createInterface({ input: process.stdin })) {
  const { hello, id, program, memory } = JSON.parse(line);
  if (hello !== undefined) {
    const claims = atStart === 'claims' ? ['base128'] : ['base64'];
    say(JSON.stringify({ hello: 1, name: 'guest', version: '1.0', claims, cpu: 'v3' }));
    continue;
  }
  const bytes = Buffer.from(program, 'hex');
  if (bytes[0] !== 0xb7) {
    say(JSON.stringify({ id, error: 'rejected', reason: 'no mov' }));
    continue;
  }
  const value = bytes.readInt32LE(4);
  const r0 = value.toString(16);
  const misdeed = MISDEEDS[value];
  if (misdeed !== undefined) misdeed(id, r0);
  else say(JSON.stringify({ id, r0, memory }));
  if (held !== undefined && misdeed === undefined) {
    say(held);
    held = undefined;
  }
}
