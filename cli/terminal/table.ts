import { fit, hang, pad, widthOf } from './text.ts';

export interface Column<Row> {
  title: string;
  value: (row: Row) => string;
  /** Colours what stands in the cell, once its width is known. */
  paint?: (text: string, row: Row) => string;
  /** May be cut where there is too little room. */
  flexible?: boolean;
}

interface Look {
  /** Undefined: whatever reads it is no terminal, so nothing is cut. */
  columns: number | undefined;
  heading: (text: string) => string;
}

const gap = 2;
/** A column that may be cut is left that wide at least; before that the rows are stacked. */
const leastWidth = 10;

/** Rows in columns; or, where the terminal is too narrow for that, one below the other with a name before each value. */
export function layTable<Row>(rows: readonly Row[], columns: Column<Row>[], look: Look): string {
  const cells = rows.map((row) => columns.map((column) => column.value(row)));
  const widths = columns.map((column, at) =>
    Math.max(widthOf(column.title), ...cells.map((line) => widthOf(line[at] ?? ''))),
  );
  const room = look.columns ?? Infinity;
  const taken = () => widths.reduce((sum, width) => sum + width, gap * (columns.length - 1));
  for (const [at, column] of columns.entries()) {
    const over = taken() - room;
    const width = widths[at] ?? 0;
    if (column.flexible && over > 0) widths[at] = Math.max(Math.min(leastWidth, width), width - over);
  }
  if (taken() > room) return stack(rows, columns, look);
  const line = (texts: string[]) => texts.join(' '.repeat(gap)).trimEnd();
  const last = columns.length - 1;
  const titles = columns.map(({ title }, at) => (at === last ? title : pad(title, widths[at] ?? 0)));
  const heading = line(titles.map(look.heading));
  const body = rows.map((row, index) =>
    line(columns.map((column, at) => layCell(cells[index]?.[at] ?? '', widths[at] ?? 0, { column, row }))),
  );
  return [heading, ...body].join('\n');
}

function layCell<Row>(
  text: string,
  width: number,
  { column, row }: { column: Column<Row>; row: Row },
): string {
  const shown = fit(text, width);
  return (column.paint?.(shown, row) ?? shown) + ' '.repeat(Math.max(0, width - widthOf(shown)));
}

function stack<Row>(
  rows: readonly Row[],
  columns: Column<Row>[],
  { columns: room = 80, heading }: Look,
): string {
  const [first, ...rest] = columns;
  const label = Math.max(...rest.map(({ title }) => title.length)) + gap;
  const blocks = rows.map((row) => {
    const name = fit(first?.value(row) ?? '', room);
    const lines = rest.map((column) => {
      const text = fit(column.value(row), Math.max(leastWidth, room - gap - label));
      return `${' '.repeat(gap)}${heading(pad(column.title, label))}${column.paint?.(text, row) ?? text}`;
    });
    return [first?.paint?.(name, row) ?? name, ...lines].join('\n');
  });
  return blocks.join('\n\n');
}

/** Names and values below each other; a value that is too long goes on below itself. */
export function layFacts(
  facts: [name: string, value: string][],
  { columns: room = Infinity, heading }: Look,
): string {
  const label = Math.max(...facts.map(([name]) => widthOf(name))) + gap;
  return facts.map(([name, value]) => heading(pad(name, label)) + hang(value, label, room)).join('\n');
}
