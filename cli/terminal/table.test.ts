import assert from 'node:assert/strict';
import { test } from 'node:test';
import { layTable, type Column } from './table.ts';

const rows = [
  { name: 'a laptop with a rather long name', status: 'active' },
  { name: 'ci', status: 'revoked' },
];
const columns: Column<(typeof rows)[number]>[] = [
  { title: 'NAME', value: ({ name }) => name, flexible: true },
  { title: 'PREFIX', value: () => 'kw_pat_4fT9xQ2a…' },
  { title: 'STATUS', value: ({ status }) => status },
];
const lay = (width: number | undefined) =>
  layTable(rows, columns, { columns: width, heading: (text) => text });
const widest = (text: string) => Math.max(...text.split('\n').map((line) => line.length));

test('where no terminal reads, nothing is cut', () => {
  assert.match(
    lay(undefined),
    /^NAME +PREFIX +STATUS\na laptop with a rather long name  kw_pat_4fT9xQ2a…  active\nci /,
  );
});

test('a column that may be cut makes room for the others', () => {
  assert.equal(widest(lay(50)), 50);
  assert.match(lay(50), /a laptop with a rather… +kw_pat_4fT9xQ2a…  active/);
});

test('where columns would not fit, the rows stand one below the other', () => {
  const text = lay(30);
  assert.ok(widest(text) <= 30);
  assert.match(text, /\n {2}PREFIX {2}kw_pat_4fT9xQ2a…\n {2}STATUS {2}active\n\nci\n/);
});
