// The same toy engine as a plugin of the public suite: memory as first argument, the program in hex on stdin, r0 on
// stdout. It breaks the rules when r0 is one of the words below.
import { text } from 'node:stream/consumers';

const args = process.argv.slice(2);
const memory =
  args.length > 0 && !args[0].startsWith('--') ? Buffer.from(args[0].replaceAll(/\s/g, ''), 'hex') : undefined;
const program = Buffer.from((await text(process.stdin)).replaceAll(/\s/g, ''), 'hex');
const value = program.readInt32LE(4);

switch (value) {
  case 0x1001:
    process.kill(process.pid, 'SIGSEGV');
    break;
  case 0x1002:
    process.exit(0);
    break;
  case 0x1003:
    console.error('division by zero');
    process.exit(1);
    break;
  case 0x1004:
    for (;;);
  case 0x1005:
    console.log('result: 5');
    break;
  case 0x1009:
    for (let i = 0; i < 64; i++) process.stdout.write('x'.repeat(1 << 20));
    break;
  case 0x1010:
    console.log(`0x${memory.readUInt32LE(0).toString(16)}`);
    break;
  default:
    console.log(value.toString(16));
}
