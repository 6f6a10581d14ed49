import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, test } from 'node:test';
import { textOf } from '#server/testing/caller.ts';
import { openCommandLine } from '#server/testing/command-line.ts';
import { openDesk } from '#server/testing/desk.ts';
import { expect } from '#server/testing/person.ts';

const desk = await openDesk();
after(() => desk[Symbol.asyncDispose]());
const { ada, origin } = desk;

const makeCode = async () => expect(201, await ada.send('POST /api/v1/setup-codes', { body: {} })).body;

test('a setup code signs a machine in, examines it, and tells the page that waits; it is good once', async () => {
  using line = openCommandLine();
  const { id, code } = await makeCode();
  const run = await line.run(['setup', textOf(code), '--server', origin]);
  assert.equal(run.code, 0, run.stderr);
  assert.match(run.stderr, /Set up: Ada Lovelace/);
  assert.match(run.stdout, /✓ Token[^]*Overall: healthy/);
  const page = (await ada.send(`GET /api/v1/setup-codes/${textOf(id)}`)).body;
  assert.deepEqual([textOf(page['status']), page['healthy'], page['skills']], ['healthy', true, []]);
  const token = textOf(line.config()['profiles']?.['default']?.['token']);
  assert.ok(!line.seen().includes(token));

  assert.equal((await line.run('skills install')).code, 0);
  const told = (await ada.send(`GET /api/v1/setup-codes/${textOf(id)}`)).body;
  assert.deepEqual(told['skills'], ['keyward', 'setup', 'tokens', 'agents', 'security']);
  assert.match((await line.run('token list')).stdout, /^\* /m, 'the token of this machine has a star');
  const scanned = await line.run(['scan', path.dirname(line.configFile)]);
  assert.deepEqual([scanned.code, scanned.stdout], [0, ''], 'what signs this machine in is no leak');
  assert.match(scanned.stderr, /Left out: .*config\.json/);

  using second = openCommandLine({ KEYWARD_SERVER: origin });
  const again = await second.run('setup', { stdin: `${textOf(code)}\n` });
  assert.equal(again.code, 1);
  assert.match(again.stderr, /code_invalid/);
  assert.equal((await line.run('doctor')).code, 1, 'what a code made ends when it is redeemed again');
});

test('the doctor names what is wrong, and what to do about it', async () => {
  using line = openCommandLine();
  const alone = await line.run('doctor');
  assert.equal(alone.code, 1);
  assert.match(alone.stdout, /✗ Server +none is known\n +→ Sign in[^]*Overall: not healthy/);
  const down = await line.run('doctor --server http://127.0.0.1:9 --json');
  assert.equal(down.code, 1);
  assert.equal(down.json['healthy'], false);
  const { token, credential } = await ada.createToken({ name: 'to end', permissions: ['profile:read'] });
  const env = { KEYWARD_SERVER: origin, KEYWARD_TOKEN: token };
  assert.match(
    (await line.run('doctor', { env })).stdout,
    /✓ Permissions +profile:read\n[^]*Overall: healthy/,
  );
  await ada.revokeToken(credential.id);
  const ended = await line.run('doctor', { env });
  assert.match(ended.stdout, /✓ Server[^]*✗ Token +This token was revoked/);
  assert.equal(ended.code, 1);
});

test('skills are listed, shown and written where they are wanted', async () => {
  using line = openCommandLine();
  assert.match((await line.run('skills list')).stdout, /security .*not installed/);
  assert.match((await line.run('skills show tokens')).stdout, /^# .*token/im);
  assert.equal((await line.run('skills show nothing')).code, 2);
  const folder = path.join(line.home, 'elsewhere');
  assert.equal((await line.run(['skills', 'install', '--dir', folder])).code, 0);
  assert.match(readFileSync(path.join(folder, 'SKILL.md'), 'utf8'), /^---\nname: keyward\n/);
  assert.match((await line.run(['skills', 'install', '--dir', folder])).stderr, /holds them already/);
});

test('a scan finds tokens by form and checksum, in files, histories and pipes, and shows none whole', async () => {
  using line = openCommandLine({ KEYWARD_SERVER: origin });
  const { token, credential } = await ada.createToken({ name: 'leaked' });
  const nearly = `${token.slice(0, -1)}${token.endsWith('0') ? '1' : '0'}`;
  const repository = path.join(line.home, 'repository');
  const git = (...args: string[]) =>
    spawnSync('git', ['-C', repository, '-c', 'user.name=x', '-c', 'user.email=x@example.com', ...args])
      .status;
  mkdirSync(path.join(repository, 'deep'), { recursive: true });
  const file = path.join(repository, 'deep', '.env');
  writeFileSync(file, `# nothing here\n++ TOKEN=${token}\nNEARLY=${nearly}\n`);
  const binary = Buffer.concat([Buffer.alloc(1_200_000, 255), Buffer.from(token)]);
  writeFileSync(path.join(repository, 'blob'), binary);

  const found = await line.run(['scan', repository]);
  assert.equal(found.code, 1);
  assert.match(found.stdout, /deep\/\.env:2 {2}kw_pat_\w{8}…\n/);
  assert.match(found.stdout, /blob:1 {2}kw_pat_/);
  assert.match(found.stderr, /1 token in 2 places/);
  assert.equal((await line.run('scan -', { stdin: `a ${nearly} b` })).code, 0);
  assert.equal((await line.run('scan -', { stdin: `a ${token} b` })).code, 1);

  assert.deepEqual([git('init', '-q'), git('add', 'deep'), git('commit', '-qm', 'in')], [0, 0, 0]);
  writeFileSync(file, 'gone\n');
  assert.equal(git('commit', '-qam', 'out'), 0);
  const history = await line.run(['scan', repository, '--git']);
  assert.equal(history.code, 1);
  assert.match(history.stderr, /keyward scan --git --revoke \S+\. /);
  assert.match(history.stdout, /^[\da-f]{10} deep\/\.env:2 {2}kw_pat_\w{8}…\n$/);
  assert.equal((await line.run(['scan', line.home, '--git'])).code, 2);

  assert.equal((await line.run(['scan', repository, '--git', '--revoke'])).code, 2, 'needs --yes');
  assert.equal((await line.run(['scan', repository, '--git', '--revoke', '--yes'])).code, 1);
  assert.equal((await desk.send('GET /api/v1/me', { token })).problem?.code, 'token_revoked');
  assert.equal((await line.run(['token', 'show', credential.id])).code, 4);
  assert.ok(!line.seen().includes(token));
});

test('help has every topic, and every command of it has its help', async () => {
  using line = openCommandLine();
  const [overview, help, topic, command, unknown] = await Promise.all(
    ['', 'help', 'help exit-codes', 'help admin audit tail', 'help nonsense'].map((args) => line.run(args)),
  );
  assert.match(overview?.stdout ?? '', /Not signed in yet[^]*keyward auth login/);
  assert.match(help?.stdout ?? '', /Everyday:[^]*token[^]*Global Options:/);
  assert.match(topic?.stdout ?? '', /^NAME\n {2}keyward exit-codes/);
  assert.match(command?.stdout ?? '', /^Usage: keyward admin audit tail/);
  assert.doesNotMatch(command?.stdout ?? '', /--profile/);
  assert.match(command?.stdout ?? '', /Options of every command: keyward help options\n$/);
  assert.match((await line.run('help options')).stdout, /OPTIONS\n +--json [^]*--timeout <seconds>/);
  assert.equal(unknown?.code, 2);
});

test('who calls a command wrongly is told which help to read, or what it is called', async () => {
  using line = openCommandLine({ KEYWARD_SERVER: origin });
  const hints = {
    'token list --nonsense': /See: keyward token list --help/,
    'token show': /See: keyward token show --help/,
    whoami: /Did you mean keyward auth whoami\?/,
    setup: /hint: Make one on the dashboard/,
  };
  await Promise.all(
    Object.entries(hints).map(async ([args, hint]) => {
      const run = await line.run(args);
      assert.equal(run.code, 2, args);
      assert.match(run.stderr, hint);
    }),
  );
});

test('what completes in bash is what there is', async () => {
  using line = openCommandLine();
  const script = path.join(line.home, 'completion');
  writeFileSync(script, (await line.run('completion bash')).stdout);
  const complete = (...words: string[]) =>
    spawnSync('bash', [
      '-c',
      `source ${script}; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _keyward; echo "\${COMPREPLY[*]}"`,
      '-',
      'keyward',
      ...words,
    ])
      .stdout.toString()
      .trim();
  assert.equal(complete('token', ''), 'create list show rotate revoke');
  assert.equal(complete('--json', 'admin', 'au'), 'audit');
  assert.equal(complete('token', 'create', '--tt'), '--ttl');
});

test('upgrading from a server that hands out nothing is a plain no', async () => {
  using line = openCommandLine({ KEYWARD_SERVER: origin });
  const run = await line.run('upgrade');
  assert.equal(run.code, 1);
  assert.match(run.stderr, /without its command line.*\(not_found\)/);
});
