import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, test } from 'node:test';
import { openCommandLine, type CommandLine } from '#server/testing/command-line.ts';
import { openDesk } from '#server/testing/desk.ts';

const desk = await openDesk();
const { token } = await desk.ada.createToken({ name: 'laptop' });
const environment = { KEYWARD_SERVER: desk.origin, KEYWARD_TOKEN: token };
const url = `${desk.origin}/mcp`;
after(() => desk[Symbol.asyncDispose]());

const fileOf = ({ home }: CommandLine, ...names: string[]) => path.join(home, ...names);
const modeOf = (file: string) => statSync(file).mode & 0o777;
const readJson = (file: string): unknown => JSON.parse(readFileSync(file, 'utf8'));

test('Claude Code gets an entry with the token, beside what its file holds, which is private from then on', async () => {
  using line = openCommandLine(environment);
  const file = fileOf(line, '.claude.json');
  writeFileSync(file, JSON.stringify({ theme: 'dark', mcpServers: { other: { command: 'x' } } }), {
    mode: 0o644,
  });
  for (const _ of ['added', 'added again']) {
    const { code, stderr } = await line.run('mcp add claude-code');
    assert.equal(code, 0, stderr);
    assert.match(stderr, /Added keyward to Claude Code/);
  }
  const headers = { Authorization: `Bearer ${token}` };
  assert.deepEqual(readJson(file), {
    theme: 'dark',
    mcpServers: { other: { command: 'x' }, keyward: { type: 'http', url, headers } },
  });
  assert.equal(modeOf(file), 0o600);
  assert.ok(!line.seen().includes(token), 'the token is neither an argument nor printed');
});

test('Codex gets a table in place of the one before, and keeps its other lines', async () => {
  using line = openCommandLine(environment);
  const file = fileOf(line, '.codex', 'config.toml');
  mkdirSync(path.dirname(file));
  const first = ['model = "gpt-5"', ''];
  const others = ['# by hand', '[mcp_servers.docs]', 'url = "https://docs.example.com"'];
  const old = [
    '[mcp_servers.keyward]',
    'url = "https://old.example.com"',
    '[mcp_servers.keyward.tools]',
    '# goes with its table',
    'a = 1',
  ];
  writeFileSync(file, [...first, ...old, ...others].join('\n'));
  assert.equal((await line.run('mcp add codex')).code, 0);
  const table = [
    '[mcp_servers.keyward]',
    `url = "${url}"`,
    `http_headers = { Authorization = "Bearer ${token}" }`,
  ];
  assert.equal(readFileSync(file, 'utf8'), `${[...first, ...others, '', ...table].join('\n')}\n`);
  assert.equal(modeOf(file), 0o600);
});

test('Cursor gets a file of its own with a token that was named, and a link stays a link', async () => {
  using line = openCommandLine({ KEYWARD_SERVER: desk.origin });
  const other = await desk.ada.createToken({ name: 'cursor', permissions: ['profile:read', 'mcp:call'] });
  writeFileSync(fileOf(line, 'cursor.token'), other.token);
  mkdirSync(fileOf(line, '.cursor'));
  writeFileSync(fileOf(line, 'kept.json'), '');
  symlinkSync(fileOf(line, 'kept.json'), fileOf(line, '.cursor', 'mcp.json'));
  const added = await line.run([
    ...'mcp add cursor --name desk --token-file'.split(' '),
    fileOf(line, 'cursor.token'),
  ]);
  assert.equal(added.code, 0, added.stderr);
  const headers = { Authorization: `Bearer ${other.token}` };
  assert.deepEqual(readJson(fileOf(line, 'kept.json')), { mcpServers: { desk: { url, headers } } });
});

test('a file that an entry cannot be put into is left as it is', async () => {
  using line = openCommandLine(environment);
  const file = fileOf(line, '.claude.json');
  mkdirSync(fileOf(line, '.codex'));
  const toml = fileOf(line, '.codex', 'config.toml');
  for (const [name, at, text] of [
    ['claude-code', file, '{ // by hand\n}'],
    ['claude-code', file, '{"mcpServers": []}'],
    ['codex', toml, '[mcp_servers]\nkeyward = { url = "https://old.example.com" }\n'],
  ] as const) {
    writeFileSync(at, text);
    const refused = await line.run(`mcp add ${name}`);
    assert.equal(refused.code, 1, text);
    assert.match(refused.stderr, /keyward mcp add --print/);
    assert.equal(readFileSync(at, 'utf8'), text);
  }
});

test('a token that may not call tools is not written, nor one that does not work', async () => {
  using line = openCommandLine({ KEYWARD_SERVER: desk.origin });
  const { token: narrow } = await desk.ada.createToken({ name: 'narrow', permissions: ['profile:read'] });
  const refused = await line.run('mcp add cursor', { env: { KEYWARD_TOKEN: narrow } });
  assert.deepEqual([refused.code, /may not call tools/.test(refused.stderr)], [2, true]);
  assert.equal((await line.run('mcp add cursor', { env: { KEYWARD_TOKEN: 'kw_pat_nothing' } })).code, 4);
  assert.equal(statSync(fileOf(line, '.cursor'), { throwIfNoEntry: false }), undefined);
});

test('for any other client the entry is printed without the token', async () => {
  using line = openCommandLine(environment);
  const { json, code } = await line.run('mcp add --print');
  assert.equal(code, 0);
  const headers = { Authorization: 'Bearer <token>' };
  assert.deepEqual(json, { mcpServers: { keyward: { type: 'http', url, headers } } });
  assert.equal((await line.run('mcp add')).code, 2);
  assert.equal((await line.run('mcp add emacs')).code, 2);
  assert.equal((await line.run('mcp add cursor --name a.b')).code, 2);
});
