import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readCursor, writeCursor, type PagedList } from '#server/core/paging/cursor.ts';

const id = '019aa8b4-6f00-7cc3-98c5-dc9fd1c5a401';
const scope = '019aa8b4-6f00-7cc3-98c5-dc9fd1c5a402';
const byName: PagedList = { name: 'users', scope, sort: 'name', order: 'asc', key: 'text' };
const byTime: PagedList = { name: 'users', scope, sort: 'createdAt', order: 'asc', key: 'timestamptz' };
const log: PagedList = { ...byTime, name: 'audit', id: 'number' };
const encoded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

const kept: [PagedList, key: string, id?: string][] = [
  [byName, 'ärger "\\ 😀\n%_'],
  [byName, ''],
  [byTime, '2026-11-22T09:30:00.123456Z'],
  [byTime, '-infinity'],
  [byTime, 'infinity'],
  [log, '2026-11-22T09:30:00.123456Z', '48213'],
];
test('a cursor is read back as it was written', () => {
  for (const [list, key, itsId = id] of kept) {
    const cursor = writeCursor(list, { key, id: itsId });
    assert.match(cursor, /^[\w-]+$/);
    assert.deepEqual(readCursor(list, cursor), { key, id: itsId });
  }
  assert.equal(readCursor(byName, undefined), undefined);
});

test('a cursor of another list, scope, sort or order is refused with a sentence', () => {
  const cursor = writeCursor(byName, { key: 'ada', id });
  for (const other of [
    { ...byName, name: 'tokens' },
    { ...byName, scope: id },
    { ...byName, sort: 'email' },
    { ...byName, order: 'desc' as const },
  ])
    assert.throws(() => readCursor(other, cursor), {
      code: 'validation_failed',
      message: /^cursor: .* Start again from the first page\.$/,
    });
});

const at = '2026-11-22T09:30:00.123456Z';
const madeUp: [PagedList, cursor: string][] = [
  [byName, ''],
  [byName, 'x'],
  [byName, id],
  [byName, encoded(null)],
  [byName, encoded([1, 'users name asc', scope, 'a'])],
  [byName, encoded([1, 'users name asc', scope, 'a', id, 'more'])],
  [byName, encoded([2, 'users name asc', scope, 'a', id])],
  [byName, encoded([1, 'users name asc', scope, 'a', 'no id'])],
  [byName, encoded([1, 'users name asc', scope, 7, id])],
  [byName, encoded([1, 'users name asc', scope, 'a\0b', id])],
  [byName, encoded([1, 'users name asc', scope, '\uD800', id])],
  [byName, `${encoded([1, 'users name asc', scope, 'a', id])}=`],
  [byName, Buffer.from(`[1, "users name asc", "${scope}", "a", "${id}"]`).toString('base64url')],
  ...['now', '', '1763803800000000', 'Infinity', at.slice(0, 23), '2026-02-30T00:00:00.000000Z'].map(
    (key): [PagedList, string] => [byTime, encoded([1, 'users createdAt asc', scope, key, id])],
  ),
  [byTime, encoded([1, 'users createdAt asc', scope, '0000-01-01T00:00:00.000000Z', id])],
  [log, encoded([1, 'audit createdAt asc', scope, at, '-1'])],
  [log, encoded([1, 'audit createdAt asc', scope, at, '9'.repeat(17)])],
  [log, encoded([1, 'audit createdAt asc', scope, at, id])],
];
test('a made-up cursor is refused', () => {
  for (const [list, cursor] of madeUp)
    assert.throws(() => readCursor(list, cursor), { code: 'validation_failed' }, cursor);
});
