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
  assert.match(created.stderr, /leads nowhere but to this machine.*KEYWARD_URL/);
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
  const activated = await line.run('admin user activate bob@example.com');
  assert.equal(activated.code, 0);
  assert.match(activated.stderr, /They have no password\. .*reset-password bob@example\.com/);
  assert.equal((await line.run('admin user delete bob@example.com --yes')).code, 0);
  assert.equal((await line.run('admin user show bob@example.com')).code, 1);
  assert.equal(
    (await line.run('admin user delete ada@example.com --yes')).code,
    1,
    'nobody deletes themselves',
  );
  assert.ok(!line.seen().includes(first));
});

test('a person is named as people name them, and nobody is taken for somebody else', async () => {
  const [sam, other] = [await desk.join('Sam', 'member'), await desk.join('Sam-other', 'member')];
  const show = (who: string) => line.run(['admin', 'user', 'show', who, '--json']);
  for (const who of [sam.id, sam.email, sam.email.toUpperCase(), 'Sam', 'sam'])
    assert.equal((await show(who)).json['id'], sam.id, who);
  assert.equal((await show('Sa')).code, 1, 'a part of a name is no name');
  await desk.sql('update users set name = $1 where id = $2', ['Sam', other.id]);
  const ambiguous = await show('Sam');
  assert.equal(ambiguous.code, 2);
  assert.match(ambiguous.stdout + ambiguous.stderr, /sam-other@example\.com/);
  assert.match(
    ambiguous.stderr,
    /\\"Sam\\" could be any of these 2\.","code":"usage".*Name a person by their e-mail address or id/,
  );
  await desk.sql('update users set name = $1 where id = $2', [sam.email, other.id]);
  assert.equal((await show(sam.email)).json['id'], sam.id, 'a name is no address');
});

test('the log is filtered by people and tokens as people name them', async () => {
  const kim = await desk.join('Kim', 'member');
  const { credential, token: kims } = await kim.createToken({ name: 'kims laptop' });
  await desk.send('GET /api/v1/users', { token: kims });
  await desk.settle();
  const list = async (...filter: string[]) => {
    const { json, stderr } = await line.run(['admin', 'audit', 'list', '--json', ...filter]);
    return (
      (json['items'] as unknown as { action: string }[] | undefined)?.map(({ action }) => action) ?? stderr
    );
  };
  for (const actor of [kim.id, kim.email, 'kim'])
    assert.deepEqual((await list('--actor', actor)).slice(0, 2), ['access.denied', 'token.create'], actor);
  for (const name of [credential.id, credential.prefix, 'kims laptop']) {
    assert.deepEqual(await list('--credential', name), ['access.denied'], name);
    assert.deepEqual(await list('--resource', name), ['token.create'], name);
  }
  assert.ok((await list('--resource', kim.email)).includes('user.create'));
  assert.match(
    String(await list('--actor', 'nobody@example.com')),
    /There is nobody \\"nobody@example\.com\\"/,
  );
});

test('anyone’s tokens are found, switched and revoked, several at once and all or none', async () => {
  const eve = await desk.join('Eve', 'member');
  const [one, two] = [await eve.createToken({ name: 'one' }), await eve.createToken({ name: 'two' })];
  for (const owner of [eve.email, eve.id, 'eve'])
    assert.match(
      (await line.run(['admin', 'token', 'list', '--user', owner])).stdout,
      /two +eve@example.com +kw_pat_/,
      owner,
    );
  const ownerless = await line.run('admin token list --user nobody');
  assert.equal(ownerless.code, 1);
  assert.match(ownerless.stderr, /There is nobody "nobody"/);
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
  assert.doesNotMatch(listed.stderr, /The log holds no action/);
  const unknown = await line.run('admin audit list --action user.steal');
  assert.match(unknown.stderr, /The log holds no action "user\.steal"\. It holds user\.accept_invite, /);
  assert.match((await line.run('admin audit list --action lizard.*')).stderr, /It holds .*token\.\*/);
  const malformed = await line.run('admin audit list --action nonsense');
  assert.equal(malformed.code, 1);
  assert.match(malformed.stderr, /action/);
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
  assert.equal((await line.run('admin audit verify --after 1')).code, 0);
  assert.equal((await line.run('admin audit verify --after first')).code, 2);
});

test('a log whose rows wait for their seals is not said to be intact', async () => {
  await desk.sql(`insert into audit_events (time, recorded_at, tenant_id, actor_kind, actor_label, action, outcome)
    select now() - interval '3 minutes', now() - interval '3 minutes', id, 'system', 'test', 'token.create', 'ok'
    from tenants limit 1`);
  const behind = await line.run('admin audit verify');
  assert.equal(behind.code, 1);
  assert.match(
    behind.stderr,
    /The log is not intact: Sealing has stopped: row \d+ has waited 3 minutes for its seal/,
  );
  await desk.runtime.seals.sealer.seal();
  assert.equal((await line.run('admin audit verify')).code, 0);
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

test('open links are listed and revoked by id, which needs --yes', async () => {
  assert.equal((await line.run('admin user create --email link@example.com --name Link')).code, 0);
  const listed = await line.run('admin link list');
  assert.match(
    listed.stdout,
    /invite +link@example\.com +ada@example\.com +(just now|\d minutes? ago) +in 24 hours/,
  );
  const [id = ''] = /[0-9a-f-]{36}/.exec(listed.stdout) ?? [];
  assert.equal((await line.run(`admin link revoke ${id}`)).code, 2);
  assert.equal((await line.run('admin link revoke link@example.com --yes')).code, 2);
  assert.equal((await line.run(`admin link revoke ${id} --yes`)).code, 0);
  const { stdout } = await line.run('admin link list');
  assert.doesNotMatch(stdout, /link@example\.com/);
});
