import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { openCommandLine } from '#server/testing/command-line.ts';
import { openDesk } from '#server/testing/desk.ts';
import { goodPassword } from '#server/testing/person.ts';

const desk = await openDesk();
const { ada, origin } = desk;
const { token } = await ada.createToken({ name: 'cli' });
const line = openCommandLine({ KEYWARD_SERVER: origin, KEYWARD_TOKEN: token });
after(async () => {
  line[Symbol.dispose]();
  await desk[Symbol.asyncDispose]();
});
const byPassword = `--password --email ${ada.email}`;

test('a key is made by password, for what it names, and never by a token', async () => {
  const order =
    'key create --name billing --permission llm:call --reach flow:nightly,llm_model:openai/* --ttl 30d';
  const told = await line.run(order);
  assert.equal(told.code, 1);
  assert.match(told.stderr, /never by a token/);
  const made = await line.run(`${order} --raw ${byPassword}`, { stdin: goodPassword });
  assert.equal(made.code, 0, made.stderr);
  assert.match(made.stdout, /^kw_key_[0-9A-Za-z]{38}\n$/);
  const me = (await desk.send('GET /api/v1/me', { token: made.stdout.trim() })).body;
  assert.deepEqual(me['permissions'], ['llm:call']);
  const wrong = await line.run(`key create --name x --permission verify --reach table:a ${byPassword}`);
  assert.equal(wrong.code, 2);
  assert.match(wrong.stderr, /Types are agent, flow/);
  const list = await line.run('key list --resource flow:nightly');
  assert.match(list.stdout, /billing +kw_key_\w{8}… +active .*flow 1, llm_model 1/);
  assert.match((await line.run('key show billing')).stdout, /Reaches llm_model +openai\/\*/);
});

test('a key is rotated, switched off and on, and revoked', async () => {
  const first = await ada.createKey({ name: 'turned' });
  const rotated = await line.run(`key rotate turned --grace 0 --raw ${byPassword}`, { stdin: goodPassword });
  assert.equal(rotated.code, 0, rotated.stderr);
  const status = async (secret: string) => (await desk.send('GET /api/v1/me', { token: secret })).status;
  assert.deepEqual([await status(first.token), await status(rotated.stdout.trim())], [401, 200]);
  assert.equal((await line.run('key disable turned')).code, 2, 'there is no terminal to ask at');
  assert.equal((await line.run('key disable turned --yes')).code, 0);
  assert.equal(await status(rotated.stdout.trim()), 401);
  const on = await line.run(`key enable turned ${byPassword}`, { stdin: goodPassword });
  assert.equal(on.code, 0, on.stderr);
  assert.equal(await status(rotated.stdout.trim()), 200);
  assert.equal((await line.run('key revoke turned --yes')).code, 0);
  assert.equal(await status(rotated.stdout.trim()), 401);
});

test('a refusal is explained with the rule that decides, in an exit code too', async () => {
  await ada.createKey({ name: 'explained', permissions: ['mcp:call'], resources: { flow: ['a'] } });
  const allowed = await line.run('explain explained --permission mcp:call --resource flow:a');
  assert.equal(allowed.code, 0, allowed.stderr);
  assert.match(allowed.stdout, /The key "explained" may use mcp:call and reach the flow "a"\./);
  const refused = await line.run('explain explained --resource flow:b --json');
  assert.equal(refused.code, 1);
  assert.equal(refused.json['decidedBy'], 'resource');
  assert.match((await line.run('explain')).stdout, /The token "cli" may be used/);
});

test('who can reach a resource is listed with the reason of each, to those who may read keys', async () => {
  const resources = { llm_model: ['openai/*'] };
  await ada.createKey({ name: 'models', permissions: ['llm:call'], resources });
  const list = await line.run('access llm_model:openai/gpt-5');
  assert.equal(list.code, 0, list.stderr);
  assert.match(list.stdout, /models +key +names all of its server or provider +ada@example\.com +in 90 days/);
  assert.match(list.stdout, /ada@example\.com +person +by role +— +—/);
  const narrow = await ada.createToken({ name: 'narrow', permissions: ['profile:read'] });
  using other = openCommandLine({ KEYWARD_SERVER: origin, KEYWARD_TOKEN: narrow.token });
  const refused = await other.run('access llm_model:openai/gpt-5');
  assert.equal(refused.code, 1);
  assert.match(refused.stderr, /needs the permission keys:read/);
});

test('a platform admin makes, suspends, resumes, deletes and restores a tenant', async () => {
  const made = await line.run('tenant create acme --name Acme --admin-email eve@acme.example');
  assert.equal(made.code, 0, made.stderr);
  assert.match(made.stdout, /\/invite#code=/);
  for (const [command, status] of [
    ['suspend acme --reason unpaid --yes', 'suspended'],
    ['resume acme', 'active'],
    ['delete acme --yes', 'deleted'],
    ['restore acme', 'active'],
  ] as const) {
    const done = await line.run(`tenant ${command} --json`);
    assert.equal(done.code, 0, done.stderr);
    assert.equal(done.json['status'], status);
  }
  assert.match((await line.run('tenant list')).stdout, /acme +Acme +active +1 +0 +0/);
  assert.equal((await line.run('tenant resume nowhere')).code, 1);
});
