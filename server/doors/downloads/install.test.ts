import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readdir, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { after, test } from 'node:test';
import { quoteForPowerShell, quoteForShell } from '#server/doors/downloads/write-installer.ts';
import { builtCli } from '#server/testing/built-cli.ts';
import { openDesk } from '#server/testing/desk.ts';

const cli = await builtCli();
const desk = await openDesk({ cli: cli.folder });
after(async () => {
  await desk[Symbol.asyncDispose]();
  await cli[Symbol.asyncDispose]();
});
const { text: script } = await desk.send('GET /cli/install.sh');

function find(program: string): string | undefined {
  const folders = (process.env['PATH'] ?? '')
    .split(delimiter)
    .filter((folder) => !folder.includes('node_modules'));
  return folders.map((folder) => join(folder, program)).find((path) => existsSync(path));
}

interface Machine extends AsyncDisposable {
  home: string;
  /** Where npm installs for everybody. */
  prefix: string;
  /** Gives the script to a shell on stdin, as `curl … | sh` does. */
  run(shell: string[], given?: string, env?: Record<string, string>): Promise<{ code: number; said: string }>;
}

/** A home, and a PATH with these programs and no other; `fakes` are scripts in place of programs. */
async function machine(programs: string[], fakes: Record<string, string> = {}): Promise<Machine> {
  const root = await mkdtemp(join(tmpdir(), 'keyward-install-'));
  const [bin, home, prefix, work] = ['bin', 'home', 'prefix', 'tmp'].map((name) => join(root, name));
  assert.ok(bin && home && prefix && work);
  for (const folder of [bin, home, prefix, work]) await mkdir(folder);
  for (const name of ['mktemp', 'rm', 'dirname', ...programs]) {
    const path = name === 'node' ? process.execPath : find(name);
    if (path) await symlink(await realpath(path), join(bin, name));
  }
  for (const [name, body] of Object.entries(fakes)) {
    await writeFile(join(bin, name), `#!/bin/sh\n${body}\n`);
    await chmod(join(bin, name), 0o755);
  }
  const usual = {
    PATH: bin,
    HOME: home,
    TMPDIR: work,
    npm_config_prefix: prefix,
    NODE_DISABLE_COMPILE_CACHE: '1',
  };
  return {
    home,
    prefix,
    async run([shell = 'sh', ...args], given = script, env = {}) {
      const child = spawn(find(shell) ?? shell, args, { env: { NODE_ENV: 'test', ...usual, ...env } });
      child.stdin.on('error', () => {}).end(given);
      const said = await Promise.all([text(child.stdout), text(child.stderr)]);
      if (child.exitCode === null) await new Promise((resolve) => child.once('exit', resolve));
      assert.deepEqual(await readdir(work), [], 'what was downloaded is removed');
      return { code: child.exitCode ?? -1, said: said.join('') };
    },
    [Symbol.asyncDispose]: () => rm(root, { recursive: true, force: true }),
  };
}

const configOf = (home: string) => readFile(join(home, '.config/keyward/config.json'), 'utf8');

// Each has npm install for real: two seconds on a slow machine.
for (const [shell, downloader] of [
  [['dash'], 'curl'],
  [['bash', '--posix'], 'wget'],
  [['busybox', 'sh'], 'curl'],
] as const) {
  test(`under ${shell.join(' ')}, with ${downloader} only, the program is installed and knows its server`, async (t) => {
    if (!find(shell[0])) return t.skip(`there is no ${shell[0]}`);
    await using own = await machine(['node', 'npm', downloader]);
    const { code, said } = await own.run([...shell]);
    assert.equal(code, 0, said);
    assert.ok(existsSync(join(own.prefix, 'bin/keyward')));
    assert.match(said, new RegExp(`export PATH="${own.prefix}/bin:`));
    assert.match(said, /keyward auth login\n/);
    assert.match(await configOf(own.home), new RegExp(`"server": "${desk.origin}"`));
  });
}

test('where only others may write, it goes into the home folder; under sudo nobody’s configuration is written', async () => {
  await using own = await machine(['node', 'npm', 'curl']);
  const env = { npm_config_prefix: '/dev/null/nowhere', SUDO_USER: 'ada' };
  const { code, said } = await own.run(['sh'], script, env);
  assert.equal(code, 0, said);
  assert.ok(existsSync(join(own.home, '.local/bin/keyward')));
  assert.match(said, /nowhere can be written to by others only/);
  assert.ok(said.includes(`keyward auth login --server ${desk.origin}\n`), said);
  await assert.rejects(configOf(own.home));
});

test('it goes where KEYWARD_PREFIX says, and root hears beforehand that else it is for everybody', async () => {
  await using own = await machine(['node', 'npm', 'curl']);
  const chosen = join(own.home, 'own prefix');
  const { code, said } = await own.run(['sh'], script, { KEYWARD_PREFIX: chosen });
  assert.equal(code, 0, said);
  assert.ok(existsSync(join(chosen, 'bin/keyward')));
  assert.deepEqual(await readdir(own.prefix), []);
  assert.doesNotMatch(said, /for everybody/);
  await using everyone = await machine(['node', 'npm', 'curl']);
  const usual = await everyone.run(['sh']);
  const told = /As root it is installed for everybody[^\n]+KEYWARD_PREFIX=[^]*Installing into/;
  if (process.getuid?.() === 0) assert.match(usual.said, told);
  else assert.doesNotMatch(usual.said, told);
});

test('what is missing is said, with what to do, and nothing is installed', async () => {
  const cases: [said: RegExp, programs: string[], fakes?: Record<string, string>][] = [
    [/Node\.js 20 or newer is needed, and there is none/, ['npm', 'curl']],
    [/this is v18\.1\.0/, ['npm', 'curl'], { node: '[ "$1" = -p ] && echo 18 || echo v18.1.0' }],
    [/npm is needed/, ['node', 'curl']],
    [/curl or wget is needed/, ['node', 'npm']],
    [/could not be downloaded/, ['node', 'npm'], { curl: 'exit 22' }],
    [/not what this script was written for/, ['node', 'npm'], { curl: 'echo forged > "$3"' }],
  ];
  for (const [expected, programs, fakes] of cases) {
    await using own = await machine(programs, fakes);
    const { code, said } = await own.run(['sh']);
    assert.equal(code, 1, said);
    assert.match(said, expected);
    assert.deepEqual(await readdir(own.prefix), []);
    assert.deepEqual(await readdir(own.home), []);
  }
});

test('a script that was cut off anywhere does nothing', async () => {
  await using own = await machine([], {
    node: 'echo called > "$HOME/called"',
    curl: 'echo > "$HOME/called"',
  });
  const lines = script.trimEnd().split('\n');
  const cuts = [
    script.trimEnd().slice(0, -1),
    ...lines.keys().map((count) => lines.slice(0, count).join('\n')),
  ];
  for (const cut of cuts) await own.run(['sh'], cut);
  assert.deepEqual(await readdir(own.home), []);
  await own.run(['sh'], script.trimEnd());
  assert.deepEqual(await readdir(own.home), ['called']);
});

test('shellcheck has nothing to say', async (t) => {
  if (!find('shellcheck')) return t.skip('there is no shellcheck');
  await using own = await machine([]);
  assert.deepEqual(await own.run(['shellcheck', '--shell=sh', '-']), { code: 0, said: '' });
});

test('what is written into a script stays one word', () => {
  assert.equal(quoteForShell(`a'; id; '$(id)\n`), `'a'\\''; id; '\\''$(id)\n'`);
  assert.equal(quoteForPowerShell(`a'b\u2019c$(id)`), `'a''b\u2019\u2019c$(id)'`);
});
