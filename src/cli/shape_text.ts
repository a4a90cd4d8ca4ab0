/** The shape of a key or value as people write types: u32, char[16], struct stats {u64 packets; u64 bytes}. */
import type { Shape } from '../model/map_spec.js';

/** Nesting beyond which members are not spelled out. */
const MAX_DEPTH = 3;

export function shapeText(shape: Shape, depth = 0): string {
  switch (shape.kind) {
    case 'int':
      if (shape.bool) return 'bool';
      if (shape.char) return 'char';
      return `${shape.signed ? 's' : 'u'}${shape.size * 8}`;
    case 'enum':
      return `enum ${shape.signed ? 's' : 'u'}${shape.size * 8}`;
    case 'float':
      return shape.size === 4 ? 'float' : 'double';
    case 'pointer':
      return 'void *';
    case 'array':
      return `${shapeText(shape.of, depth)}[${shape.length}]`;
    case 'bytes':
      return `${shape.size} bytes`;
    case 'struct':
    case 'union': {
      const head = shape.name === '' ? shape.kind : `${shape.kind} ${shape.name}`;
      if (depth >= MAX_DEPTH) return head;
      const fields = shape.fields.map(({ name, bitSize, shape: of }) => {
        const width = bitSize === undefined ? '' : `:${bitSize}`;
        return `${shapeText(of, depth + 1)}${name === '' ? '' : ` ${name}${width}`}`;
      });
      return `${head} {${fields.join('; ')}}`;
    }
  }
}
