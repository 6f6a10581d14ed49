import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, test } from 'node:test';
import { textOf } from '#server/testing/caller.ts';
import { openCommandLine } from '#server/testing/command-line.ts';
import { openDesk } from '#server/testing/desk.ts';

const desk = await openDesk();
const { ada, origin } = desk;
const { token } = await ada.createToken({ name: 'cli' });
const line = openCommandLine({ KEYWARD_SERVER: origin, KEYWARD_TOKEN: token });
after(async () => {
  line[Symbol.dispose]();
  await desk[Symbol.asyncDispose]();
});

test('a person is added, changed, shut out, let in and deleted by e-mail address', async () => {
  const added = await line.run([
    'admin',
    'user',
    'create',
    '--email',
    'bob@example.com',
    '--name',
    'Bob \u200Ethe',
    '--role',
    'member',
  ]);
  assert.equal(added.code, 1, 'invisible characters in a name are refused by the server');
  const created = await line.run('admin user create --email bob@example.com --name Bob --role member');
  assert.match(created.stdout, /^http\S+\/invite#code=\w+\n$/, created.stderr);
  assert.equal((await line.run('admin user set-role BOB@example.com manager')).code, 0);
  const shown = await line.run('admin user show bob@example.com --json');
  assert.equal(textOf(shown.json['role']), 'manager');
  assert.match(
    (await line.run('admin user reset-password bob@example.com')).stdout,
    /^http\S+\/reset#code=\w+\n$/,
  );
  const first = 'four grey herons at dawn';
  assert.equal((await line.run('admin user set-password bob@example.com', { stdin: `${first}\n` })).code, 0);
  const signIn = await line.run(`auth login --password --email bob@example.com`, { stdin: first });
  assert.equal(signIn.code, 1);
  assert.match(signIn.stderr, /password_change_required\)\nhint: Choose one of your own.*\/reset#code=/);
  assert.equal((await line.run('admin user set-role bob@example.com boss')).code, 2);
  const unasked = await line.run('admin user deactivate bob@example.com');
  assert.equal(unasked.code, 2, 'needs --yes where nobody can be asked');
  assert.match(unasked.stderr, /It can be undone with: keyward admin user activate/);
  assert.equal((await line.run('admin user deactivate bob@example.com --yes --reason left')).code, 0);
  assert.match(
    (await line.run('admin user list --status deactivated')).stdout,
    /bob@example.com +Bob +manager +deactivated/,
  );
  assert.equal((await line.run('admin user activate bob@example.com')).code, 0);
  assert.equal((await line.run('admin user delete bob@example.com --yes')).code, 0);
  assert.equal((await line.run('admin user show bob@example.com')).code, 1);
  assert.equal(
    (await line.run('admin user delete ada@example.com --yes')).code,
    1,
    'nobody deletes themselves',
  );
  assert.ok(!line.seen().includes(first));
});

test('anyone’s tokens are found, switched and revoked, several at once and all or none', async () => {
  const eve = await desk.join('Eve', 'member');
  const [one, two] = [await eve.createToken({ name: 'one' }), await eve.createToken({ name: 'two' })];
  assert.match(
    (await line.run(['admin', 'token', 'list', '--user', eve.email])).stdout,
    /two +eve@example.com +kw_pat_/,
  );
  const found = await line.run('admin token identify', { stdin: `x=${one.token}\nagain ${one.token}\n` });
  assert.match(found.stdout, /current +one +eve@example.com +active/);
  assert.equal((await line.run('admin token disable one two')).code, 2);
  assert.equal(
    (await line.run(['admin', 'token', 'disable', 'one', two.credential.prefix, '--yes'])).code,
    0,
  );
  assert.equal((await desk.send('GET /api/v1/me', { token: two.token })).problem?.code, 'token_disabled');
  assert.equal((await line.run('admin token enable one')).code, 0);
  assert.equal((await desk.send('GET /api/v1/me', { token: one.token })).status, 200);
  assert.equal((await line.run('admin token revoke one nothing --yes')).code, 1);
  assert.equal((await desk.send('GET /api/v1/me', { token: one.token })).status, 200);
  assert.equal((await line.run(`admin token revoke ${one.credential.id} --yes --reason leaked`)).code, 0);
  assert.equal((await desk.send('GET /api/v1/me', { token: one.token })).problem?.code, 'token_revoked');
  assert.ok(!line.seen().includes(one.token));
});

test('the log is listed, exported whole, proved, and an edit of a row is found', async () => {
  await desk.settle();
  const listed = await line.run(['admin', 'audit', 'list', '--action', 'user.*', '--limit', '3', '--json']);
  assert.equal((listed.json['items'] as unknown as unknown[]).length, 3);
  const exported = await line.run('admin audit export --format ndjson');
  const rows = exported.stdout
    .trim()
    .split('\n')
    .map((row) => JSON.parse(row) as { action: string });
  assert.ok(rows.some(({ action }) => action === 'user.delete'));
  const file = path.join(line.home, 'audit.csv');
  assert.equal((await line.run(['admin', 'audit', 'export', '-o', file])).code, 0);
  assert.match(readFileSync(file, 'utf8'), /^sequence,time,/);
  await desk.runtime.seals.sealer.seal();
  const seal = path.join(line.home, 'seal.json');
  writeFileSync(seal, (await line.run('admin audit seal')).stdout);
  const intact = await line.run(['admin', 'audit', 'verify', '--against', seal]);
  assert.equal(intact.code, 0, intact.stderr);
  assert.match(intact.stderr, /✓ Intact: \d+ rows? fit/);
  assert.equal((await line.run(['admin', 'audit', 'verify', '--against', file])).code, 2);
});

test('a tail prints what happens as it happens, and Ctrl-C ends it with 130', async () => {
  const stop = new AbortController();
  const change: Promise<unknown>[] = [];
  const run = await line.run('admin audit tail --json -n 1 --debug', {
    signal: stop.signal,
    onOutput(said) {
      if (said.includes('"while it runs"')) stop.abort();
      else if (said.includes('/api/v1/audit') && change.length === 0)
        change.push(ada.createToken({ name: 'while it runs' }));
    },
  });
  await Promise.all(change);
  const rows = run.stdout
    .trim()
    .split('\n')
    .map((row) => JSON.parse(row) as { resource: { label: string } | null });
  assert.ok(rows.some(({ resource }) => resource?.label === 'while it runs'));
  assert.equal(run.code, 130);
});

test('who is no admin is told which permission is missing', async () => {
  const mallory = await desk.join('Mallory', 'member');
  const made = await mallory.createToken({ name: 'm' });
  const env = { KEYWARD_TOKEN: made.token };
  for (const args of ['admin user list', 'admin token list', 'admin audit list', 'admin audit verify']) {
    const refused = await line.run(args, { env });
    assert.equal(refused.code, 1);
    assert.match(refused.stderr, /needs the permission [a-z]+:[a-z]+.*\(permission_denied\)/);
  }
});
