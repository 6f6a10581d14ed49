import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { newSecret } from '#server/core/secrets/format.ts';
import type { AgentState } from './published.d.ts';
import { parseState, readStateFile, writeState } from './state-file.ts';

const secret = (epoch: number) => ({ epoch, token: newSecret('agt').reveal() });
const good: AgentState = {
  version: 1,
  server: 'https://keyward.example.com',
  agentId: '019aa8b4-6f00-7cc3-98c5-dc9fd1c5a401',
  current: secret(3),
  next: null,
};

function openFolder() {
  const parent = mkdtempSync(path.join(tmpdir(), 'keyward-state-'));
  const folder = path.join(parent, 'state');
  mkdirSync(folder);
  return {
    folder,
    file: path.join(folder, 'agent.json'),
    [Symbol.dispose]: () => rmSync(parent, { recursive: true, force: true }),
  };
}

test('what is written is what is read, for its owner only, and nothing is left beside it', () => {
  using own = openFolder();
  for (const state of [good, { ...good, next: secret(4) }]) {
    writeState(own.file, state);
    assert.deepEqual(readStateFile(own.file), state);
    assert.equal(statSync(own.file).mode & 0o777, 0o600);
    assert.deepEqual(readdirSync(own.folder), ['agent.json']);
  }
});

const { token } = good.current;
const broken: [what: string, text: string, said: RegExp][] = [
  ['half a file', JSON.stringify(good).slice(0, 80), /not JSON/],
  ['nothing', '', /not JSON/],
  ['a list', '[]', /not a JSON object/],
  ['null', 'null', /not a JSON object/],
  [
    'a later version',
    JSON.stringify({ ...good, version: 2 }),
    /has version 2, and this program knows version 1/,
  ],
  ['no version', JSON.stringify({ ...good, version: undefined }), /an unknown version/],
  [
    'a field of a later version',
    JSON.stringify({ ...good, previous: secret(2) }),
    /unknown field "previous"/,
  ],
  ['no server', JSON.stringify({ ...good, server: 'keyward' }), /"server"/],
  ['no agent', JSON.stringify({ ...good, agentId: '' }), /"agentId"/],
  ['no secret', JSON.stringify({ ...good, current: null }), /"current"/],
  [
    'a secret with a wrong checksum',
    JSON.stringify({ ...good, current: { epoch: 3, token: `${token.slice(0, -1)}?` } }),
    /"current"/,
  ],
  [
    'a person’s token',
    JSON.stringify({ ...good, current: { epoch: 3, token: newSecret('pat').reveal() } }),
    /"current"/,
  ],
  ['an epoch of zero', JSON.stringify({ ...good, current: { epoch: 0, token } }), /"current"/],
  ['half a next secret', JSON.stringify({ ...good, next: { epoch: 4 } }), /"next"/],
];

for (const [what, text, said] of broken) {
  test(`a state file that holds ${what} is refused with exit code 2, and left as it is`, () => {
    using own = openFolder();
    writeFileSync(own.file, text);
    assert.throws(
      () => readStateFile(own.file),
      (error: Error & { outcome: string }) => {
        assert.equal(error.outcome, 'usage');
        assert.match(error.message, said);
        assert.ok(!error.message.includes(token));
        return true;
      },
    );
    assert.equal(readFileSync(own.file, 'utf8'), text);
  });
}

test('a state that is valid is taken', () => {
  assert.deepEqual(parseState(JSON.stringify(good), 'x'), good);
});

const WRITE = `import('#cli/agent/state-file.ts').then(({ writeState }) => {
  try { writeState(process.argv[1], JSON.parse(process.argv[2])); console.log('written'); }
  catch (error) { console.log(error.reason); }
})`;

/** Writes a state in a process of its own, after a line of shell, and says what came of it and what the file holds then. */
function writeAfter(line: string, file: string, state: AgentState): { reason: string; kept: string } {
  const script = `${line}
"$NODE" -e "$WRITE" "$FILE" "$STATE"; cat "$FILE"`;
  const env = { ...process.env, NODE: process.execPath, WRITE, FILE: file, STATE: JSON.stringify(state) };
  const cwd = path.join(import.meta.dirname, '..', '..');
  const isMounting = line.includes('mount');
  const run = isMounting
    ? spawnSync('unshare', ['-m', 'bash', '-c', script], { cwd, env, encoding: 'utf8' })
    : spawnSync('bash', ['-c', script], { cwd, env, encoding: 'utf8' });
  const [reason, ...kept] = run.stdout.split('\n');
  return { reason: reason || run.stderr, kept: kept.join('\n') };
}

const mayMount = spawnSync('unshare', ['-m', 'true']).status === 0;

const faults: [what: string, line: string, reason: string][] = [
  ['no file may grow', 'trap "" XFSZ; ulimit -f 0', 'disk_full'],
  [
    'the disk is full',
    'mount -t tmpfs -o size=16k tmpfs "$(dirname "$FILE")" && cp "$FILE.kept" "$FILE"; cat /dev/zero > "$(dirname "$FILE")/filler" 2>/dev/null',
    'disk_full',
  ],
  [
    'the disk is read-only',
    'mount --bind "$(dirname "$FILE")" "$(dirname "$FILE")" && mount -o remount,ro,bind "$(dirname "$FILE")"',
    'not_writable',
  ],
  ['a folder is in the place of the draft', 'mkdir "$FILE.tmp"', 'not_writable'],
];

for (const [what, line, reason] of faults) {
  test(`where ${what}, the state that was there stays whole and the reason is ${reason}`, (t) => {
    if (line.includes('mount') && !mayMount) return t.skip('this user may not mount');
    using own = openFolder();
    writeState(own.file, good);
    const told = writeAfter(line.replace('$FILE.kept', keepBeside(own.folder)), own.file, {
      ...good,
      next: secret(4),
    });
    assert.equal(told.reason, reason);
    assert.deepEqual(JSON.parse(told.kept), good);
  });
}

/** Where a mount over the folder does not hide it. */
function keepBeside(folder: string): string {
  const beside = `${folder}.kept`;
  writeState(beside, good);
  return beside;
}

test('what another put in the place of the draft is not followed', () => {
  using own = openFolder();
  const other = path.join(own.folder, 'other');
  writeFileSync(other, 'theirs');
  symlinkSync(other, `${own.file}.tmp`);
  writeState(own.file, good);
  assert.equal(readFileSync(other, 'utf8'), 'theirs');
  assert.deepEqual(readStateFile(own.file), good);
});
