// Tables for terminals and Markdown alike.

/** Rows of cells as a Markdown table with aligned columns; all but the first are flush right. */
export function table(header, rows) {
  const widths = header.map((title, column) => Math.max(...[title, ...rows.map((row) => row[column])].map(width)));
  const pad = (cell, column) => {
    const space = ' '.repeat(widths[column] - width(cell));
    return column === 0 ? cell + space : space + cell;
  };
  const line = (cells) => `| ${cells.map(pad).join(' | ')} |`;
  const rule = `|${widths.map((n, column) => (column === 0 ? '-'.repeat(n + 2) : `${'-'.repeat(n + 1)}:`)).join('|')}|`;
  return [line(header), rule, ...rows.map(line)].join('\n');
}

function width(cell) {
  return [...cell].length;
}

/** Nanoseconds: three figures, at most one behind the point. */
export function ns(value) {
  return value < 99.95 ? value.toFixed(1) : String(Math.round(value));
}
