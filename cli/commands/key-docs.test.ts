import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { ensureCliBuilt } from '#scripts/build-cli.mjs';
import { bareEnvironment } from '#server/testing/bare-environment.ts';
import { openDesk } from '#server/testing/desk.ts';
import { goodPassword } from '#server/testing/person.ts';

const fromRoot = (file: string) => new URL(`../../${file}`, import.meta.url);

test('the first run of docs/keys.md does what it says, line by line', async () => {
  await ensureCliBuilt();
  await using desk = await openDesk();
  const bob = await desk.join('Bob', 'manager');
  const { token } = await bob.createToken({ name: 'cli' });
  const text = await readFile(fromRoot('docs/keys.md'), 'utf8');
  const script = /```sh\n([^]*?)```/.exec(text)?.[1] ?? '';
  assert.ok(script.trim().split('\n').length <= 10, 'a first run has ten lines at most');
  const filledIn = script
    .replace('http://localhost:3000', desk.origin)
    .replace('kw_pat_…', token)
    .replace('you@example.com', bob.email);
  const folder = await mkdtemp(path.join(tmpdir(), 'keyward-docs-'));
  try {
    const program = path.join(folder, 'keyward');
    const cli = fromRoot('out-cli/keyward.mjs').pathname;
    await writeFile(program, `#!/bin/sh\nexec ${process.execPath} ${cli} "$@"\n`);
    await chmod(program, 0o755);
    const bare = bareEnvironment();
    const env = { ...bare, HOME: folder, PATH: `${folder}:${bare.PATH ?? ''}` };
    const said = await new Promise<string>((resolve, reject) => {
      const child = execFile('bash', ['-ec', filledIn], { cwd: folder, env }, (error, stdout, stderr) =>
        error ? reject(new Error(`${error.message}\n${stderr}`)) : resolve(stdout),
      );
      child.stdin?.end(goodPassword);
    });
    assert.match(said, /The key "reports" may use mcp:call and reach the flow "nightly-report"\./);
    assert.match(said, /"key":\{"id":"[^"]+","name":"reports"\}/);
    const secret = (await readFile(path.join(folder, 'reports.key'), 'utf8')).trim();
    assert.equal((await desk.send('GET /api/v1/me', { token: secret })).problem?.code, 'token_revoked');
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
