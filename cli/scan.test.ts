import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { newSecret } from '#server/core/secrets/format.ts';
import { openCommandLine } from '#server/testing/command-line.ts';

function openRepository(folder: string) {
  mkdirSync(folder, { recursive: true });
  const who = ['-c', 'user.name=x', '-c', 'user.email=x@example.com'];
  const git = (args: string[], input?: string) => {
    const { status, stdout } = spawnSync('git', ['-C', folder, ...who, ...args], { input });
    assert.equal(status, 0, args.join(' '));
    return stdout.toString().trim();
  };
  git(['init', '-q']);
  const commit = (files: Record<string, string>) => {
    for (const [name, text] of Object.entries(files)) writeFileSync(path.join(folder, name), text);
    git(['add', ...Object.keys(files)]);
    git(['commit', '-qm', 'x']);
  };
  return { folder, git, commit };
}

test('of a history every added line is searched to its end, whatever the repository is set to', async () => {
  using line = openCommandLine();
  const { folder, git, commit } = openRepository(path.join(line.home, 'long'));
  const [first, late] = [newSecret('pat').reveal(), newSecret('pat').reveal()];
  commit({ first: `${first}\n` });
  const oneLine = `${'x'.repeat(1_200_000)}\0 +++ b/other ${'x'.repeat(1_200_000)}${late}`;
  commit({ minified: `${oneLine}\nnext\n+++ b/other\n`, readme: `${first}\n` });
  git(['config', 'log.showRoot', 'false']);
  git(['config', 'diff.interHunkContext', '9']);
  const found = (await line.run(['scan', '--git', '--json', folder])).json as unknown as {
    file: string;
    line: number;
  }[];
  assert.deepEqual(
    found.map(({ file, line }) => `${file}:${line}`),
    ['minified:1', 'readme:1', 'first:1'],
  );
});

test('no program is run that a repository names, be it for signatures, differences, submodules or objects', async () => {
  using line = openCommandLine();
  const { folder, git, commit } = openRepository(path.join(line.home, 'hostile'));
  const [trace, program] = [path.join(line.home, 'was-run'), path.join(line.home, 'program')];
  writeFileSync(program, `#!/bin/sh\ntouch '${trace}'\n`);
  chmodSync(program, 0o700);
  const sub = openRepository(path.join(folder, 'sub'));
  sub.commit({ file: 'one' });
  commit({ '.gitattributes': '* diff=theirs filter=theirs\n', file: `${newSecret('pat').reveal()}\n` });
  git(['-c', 'advice.addEmbeddedRepo=false', 'add', 'sub']);
  git(['commit', '-qm', 'x']);
  sub.commit({ file: 'two' });
  git(['commit', '-qam', 'x']);
  const signature = 'gpgsig -----BEGIN PGP SIGNATURE-----\n \n x\n -----END PGP SIGNATURE-----\n';
  const signed = git(['cat-file', 'commit', 'HEAD']).replace('\n\n', `\n${signature}\n`);
  git([
    'update-ref',
    'refs/heads/signed',
    git(['hash-object', '-t', 'commit', '-w', '--stdin'], `${signed}\n`),
  ]);
  sub.git(['config', 'diff.external', program]);
  const settings = {
    'log.showSignature': 'true',
    'diff.submodule': 'diff',
    'remote.theirs.promisor': 'true',
    'remote.theirs.url': line.home,
    'protocol.allow': 'always',
    'extensions.partialClone': 'theirs',
    'core.repositoryFormatVersion': '1',
  };
  const programs = ['gpg.program', 'diff.external', 'diff.theirs.command', 'diff.theirs.textconv'];
  const others = [
    'filter.theirs.clean',
    'filter.theirs.smudge',
    'core.pager',
    'core.fsmonitor',
    'core.sshCommand',
    'remote.theirs.uploadpack',
  ];
  for (const [name, value] of Object.entries(settings)) git(['config', name, value]);
  for (const name of [...programs, ...others]) git(['config', name, program]);

  const whole = await line.run(['scan', '--git', folder]);
  assert.equal(whole.code, 1);
  assert.match(whole.stdout, /^\w{10} file:1 /);
  assert.ok(!existsSync(trace));

  // The configuration works: git itself runs the program.
  spawnSync('git', ['-C', folder, 'log', '--all', '--patch']);
  assert.ok(existsSync(trace));
  rmSync(trace);
  const blob = git(['rev-parse', 'HEAD:file']);
  rmSync(path.join(folder, '.git', 'objects', blob.slice(0, 2), blob.slice(2)));
  rmSync(path.join(folder, 'file'));
  assert.equal((await line.run(['scan', '--git', folder])).code, 2, 'what is missing is not fetched');
  assert.ok(!existsSync(trace));
});

test('installing the skills replaces a link, and leaves what it leads to', async () => {
  using line = openCommandLine();
  const [folder, victim] = [path.join(line.home, 'skills'), path.join(line.home, '.profile')];
  mkdirSync(folder);
  writeFileSync(victim, 'mine');
  spawnSync('ln', ['-s', victim, path.join(folder, 'SKILL.md')]);
  assert.equal((await line.run(['skills', 'install', '--dir', folder])).code, 0);
  assert.equal(readFileSync(victim, 'utf8'), 'mine');
  assert.match(readFileSync(path.join(folder, 'SKILL.md'), 'utf8'), /^---\nname: keyward\n/);
});

test('the state file of this machine’s agent is no leak, and a copy of it is one', async () => {
  using line = openCommandLine();
  const folder = path.join(line.home, 'agent');
  mkdirSync(folder);
  const state = path.join(folder, 'agent.json');
  writeFileSync(state, JSON.stringify({ current: { epoch: 1, token: newSecret('agt').reveal() } }));
  const env = { KEYWARD_STATE: state };
  const own = await line.run(['scan', folder], { env });
  assert.equal(own.code, 0, own.stderr);
  assert.match(own.stderr, /Left out: .*agent\.json/);
  assert.equal((await line.run(['scan', folder])).code, 1);
});
