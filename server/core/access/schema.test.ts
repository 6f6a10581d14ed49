import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import {
  cutText,
  grantSchema,
  idSchema,
  lineSchema,
  noInput,
  resourcesSchema,
  roleSchema,
  safeNext,
  searchSchema,
  timestampSchema,
} from '#server/core/access/schema.ts';
import { hostileNexts } from '#server/testing/hostile-nexts.ts';

const kept = [
  '/',
  '/tokens',
  '/tokens?status=active&q=a%20b#x',
  '/admin/users',
  '/a/b/../c',
  '/%E2%82%AC',
  '/tokens?search=50%25',
  '/tokens/login',
  '/apiary',
];
for (const next of kept) {
  test(`next ${next} leads there`, () => {
    const url = new URL(next, 'http://desk.example');
    assert.equal(safeNext(next), url.pathname + url.search + url.hash);
  });
}

const refused = [
  ...hostileNexts,
  '',
  'a/b',
  '%2Fa',
  'tokens',
  'http://evil.example',
  '/%2f%2fevil.example%',
  '/%0d%0aSet-Cookie:x',
  '/login',
  '/login?next=/tokens',
  '/login/',
  '/api/v1/me',
  '/x/../login',
];
for (const next of refused) {
  test(`next ${JSON.stringify(next)} leads nowhere but home`, () => assert.equal(safeNext(next), '/'));
}
test('no next leads home', () => {
  assert.equal(safeNext(null), '/');
  assert.equal(safeNext(undefined), '/');
});

test('a grant is * alone or a list without doubles', () => {
  for (const good of [['*'], ['tokens:read'], ['tokens:read', 'mcp:call']])
    assert.ok(grantSchema.safeParse(good).success);
  for (const bad of [[], ['*', 'tokens:read'], ['tokens:read', 'tokens:read'], ['root'], '*', null]) {
    assert.ok(!grantSchema.safeParse(bad).success, JSON.stringify(bad));
  }
});

test('a line is trimmed, and holds no control characters, overrides of direction or more than it may', () => {
  const line = lineSchema(5);
  assert.equal(line.parse('  née  '), 'née');
  for (const bad of ['', '   ', 'a\nb', 'a\u0000', 'a\u001B[', 'a\u202Eb', 'sixsix']) {
    assert.ok(!line.safeParse(bad).success, JSON.stringify(bad));
  }
});

test('a line shows something, and holds nothing that is not seen but the joiners of words and emoji', () => {
  const line = lineSchema(40);
  const flags = ['🇩🇪', '🏴󠁧󠁢󠁳󠁣󠁴󠁿', '🏳\uFE0F\u200D🌈'];
  for (const good of ['می\u200Cخواهم', '👩\u200D💻', '❤\uFE0F', '\u00E1', '=1+1', '李', '7', '—', ...flags])
    assert.equal(line.parse(good), good);
  const invisible = [
    '\u200B',
    '\u200F\u200Fadmin',
    '\u061Cx',
    '\uFE0F',
    '\u00ADx',
    '\u2800',
    '\u3164',
    'a\u2028x',
  ];
  const joined = [
    '\u200D',
    'x\u200D',
    '\u200Cx',
    'a \u200Db',
    'a\u200D\u200Db',
    '\u{E0041}x',
    '🏴\u{E0067}x',
  ];
  for (const bad of [...invisible, ...joined]) assert.ok(!line.safeParse(bad).success, JSON.stringify(bad));
});

test('a line and a search are in one Unicode form, whichever they were typed in, and measured in that form', () => {
  for (const schema of [lineSchema(4), searchSchema(4)]) {
    assert.equal(schema.parse('cafe\u0301'), 'caf\u00E9');
    assert.equal(schema.parse('caf\u00E9'), 'caf\u00E9');
  }
  assert.match(String(lineSchema(4).safeParse('cafe\u0301s').error?.issues[0]?.message), /^At most 4/);
});

const cuts: [text: string, max: number, cut: string][] = [
  ['laptop', 6, 'laptop'],
  ['laptop', 3, 'lap'],
  ['b😀😀', 4, 'b😀'],
  ['b😀😀', 5, 'b😀😀'],
  ['cafe\u0301s', 4, 'caf'],
  ['a👩\u200D💻b', 4, 'a'],
  ['👩\u200D💻', 4, '👩\u200D'],
  ['😀', 1, ''],
  ['', 1, ''],
];
test('a text is cut between characters', () => {
  for (const [text, max, cut] of cuts) assert.equal(cutText(text, max), cut, text);
});

test('a time is one that the database knows', () => {
  for (const good of ['0001-01-01T00:00:00Z', '2026-11-22T09:30:00.000Z', '9999-12-31T23:59:59Z'])
    assert.ok(timestampSchema.safeParse(good).success, good);
  for (const bad of [
    '0000-01-01T00:00:00Z',
    '0001-01-01T00:00:00+01:00',
    '10000-01-01T00:00:00Z',
    '+010000-01-01T00:00:00Z',
    'yesterday',
  ])
    assert.ok(!timestampSchema.safeParse(bad).success, bad);
});

test('a time is taken with any offset from UTC, and never without one', () => {
  for (const [given, moment] of [
    ['2026-11-22T09:30:00+00:00', '2026-11-22T09:30:00.000Z'],
    ['2026-11-22T09:30:00 00:00', '2026-11-22T09:30:00.000Z'],
    ['2026-11-22T09:30:00 02:00', '2026-11-22T07:30:00.000Z'],
    ['2026-11-22T09:30:00.5-05:30', '2026-11-22T15:00:00.500Z'],
  ] as const)
    assert.equal(new Date(timestampSchema.parse(given)).toISOString(), moment, given);
  for (const bad of ['2026-11-22T09:30:00', '2026-11-22 09:30:00Z', '2026-11-22T09:30:00+0200', '2026-11-22'])
    assert.ok(!timestampSchema.safeParse(bad).success, bad);
});

const said: [what: string, refused: () => unknown, words: RegExp][] = [
  ['a role', () => roleSchema.parse('root'), /Choose a role: viewer, member, manager or admin\./],
  ['a grant with doubles', () => grantSchema.parse(['verify', 'verify']), /Name each permission once\./],
  ['the year 0', () => timestampSchema.parse('0000-01-01T00:00:00Z'), /There is no year 0\./],
  ['nothing', () => lineSchema(5).parse(undefined), /This is required\./],
  ['a number for a text', () => lineSchema(5).parse(7), /Must be a text\./],
  ['an id that is none', () => idSchema.parse('1'), /Must be an id, such as /],
  ['a moment that is none', () => timestampSchema.parse('x'), /Must be a moment such as /],
  ['a word that is none of some', () => z.enum(['a', 'b']).parse('c'), /Must be one of: a, b\./],
  ['too much', () => z.int().max(200).parse(201), /At most 200\./],
  ['an empty list', () => z.array(z.int()).min(1).parse([]), /At least one\./],
  [
    '501 ids',
    () => resourcesSchema.parse({ flow: Array.from({ length: 501 }, (_, n) => `${n}`) }),
    /Write \\"\*\\", or a list of at most 500 ids\./,
  ],
  ['an empty id', () => resourcesSchema.parse({ flow: [''] }), /At least one character\./],
  ['an unknown field', () => noInput.parse({ a: 1 }), /Unknown field\./],
  ['an empty line', () => lineSchema(5).parse(' '), /Write something here\./],
  ['an empty line of a kind', () => lineSchema(5, 'Enter a name.').parse(' '), /Enter a name\./],
  ['a long line', () => lineSchema(5).parse('sixsix'), /At most 5 characters\./],
  ['a line with an escape', () => lineSchema(5).parse('a\u001B'), /Control characters and invisible ones/],
  ['a line with nothing to see', () => lineSchema(5).parse('\u2800'), /Write something that can be seen\./],
];
for (const [what, refused, words] of said) {
  test(`whoever sends ${what} is told what to do`, () => assert.throws(refused, words));
}

test('the examples of the documents are good ones', () => {
  for (const schema of [grantSchema, idSchema, timestampSchema])
    assert.ok(schema.safeParse(schema.meta()?.['example']).success);
  assert.match(roleSchema.meta()?.description ?? '', /Each role holds all/);
});

test('what takes nothing takes nothing', () => {
  for (const good of [undefined, {}]) assert.ok(noInput.safeParse(good).success);
  for (const bad of [{ a: 1 }, null, []]) assert.ok(!noInput.safeParse(bad).success);
});
