/** `beeswax asm`: assembly text to an object file. */
import { assemble } from '../../asm/assemble.js';
import { writeObject } from '../../asm/write_object.js';
import { counted } from '../format.js';
import { jsonText } from '../json.js';
import type { RunCommand } from '../run_command.js';

export const asm: RunCommand = async (path, options, terminal) => {
  const text = new TextDecoder().decode(await terminal.read(path));
  const assembly = assemble(text, {
    file: path === '-' ? 'stdin' : path,
    ...(options.type === undefined ? {} : { type: options.type }),
  });
  const bytes = writeObject(assembly);
  const output = options.objectOutput as string;
  const sink = await terminal.create(output);
  await sink.write(bytes);
  await sink.close();

  const { programs, maps } = assembly;
  if (options.json === true) {
    terminal.out(
      jsonText({
        output,
        bytes: bytes.length,
        programs: programs.map(({ name, section, type, length }) => ({ name, section, type, insns: length })),
        maps: maps.map(({ name, type }) => ({ name, type })),
      }),
    );
  } else if (options.quiet !== true && output !== '-') {
    const parts = [counted(programs.length, 'program'), counted(maps.length, 'map'), counted(bytes.length, 'byte')];
    terminal.out(`${output}: ${parts.join(', ')}\n`);
  }
  return 0;
};
