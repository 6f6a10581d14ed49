import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { effectivePermissions } from '#server/core/access/permissions.ts';
import { agentStatuses, type AgentView } from '#server/credentials/agents/schema.ts';
import { tokenStatuses } from '#server/credentials/tokens/schema.ts';
import { testAddress } from '#server/testing/cluster.ts';
import { createDatabase } from '#server/testing/database.ts';
import { openDesk, openEmptyDesk } from '#server/testing/desk.ts';
import { signIn } from '#server/testing/person.ts';
import { testCode } from './seed/agents.ts';
import { createDice } from './seed/dice.ts';
import { fillDatabase, seedPassword, testCredentials, whatIsThere } from './seed/fill.ts';
import { testKey } from './seed/keys.ts';
import { agentKinds } from './seed/names.ts';

const seed = fileURLToPath(new URL('seed.ts', import.meta.url));

async function runSeed(settings: Record<string, string>): Promise<{ code: number; printed: string }> {
  const env = { PATH: process.env['PATH'], NODE_ENV: 'production' as const, ...settings };
  try {
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [seed], { env });
    return { code: 0, printed: stdout + stderr };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { code, printed: stdout + stderr };
  }
}

function urlOf({
  host,
  user,
  password,
  database,
}: Record<'host' | 'user' | 'password' | 'database', string>) {
  return `postgres://${user}:${encodeURIComponent(password)}@/${database}?host=${encodeURIComponent(host)}`;
}

test('an empty database is filled in one go, and a second time nothing happens', async () => {
  await using database = await createDatabase();
  const DATABASE_URL = urlOf(database.address);
  const first = await runSeed({ DATABASE_URL });
  assert.equal(first.code, 0, first.printed);
  assert.match(first.printed, /200 people in 3 tenants, 2000 tokens/);
  assert.match(first.printed, /new-runner +kw_set_\w{38}/);
  assert.match(first.printed, /admin@example\.com +kw_pat_\w{38}/);
  const second = await runSeed({ DATABASE_URL });
  assert.equal(second.code, 0);
  assert.match(second.printed, /in this database already\. Nothing was changed/);
});

test('a database that people use is left alone, and so is one that others can reach', async () => {
  await using desk = await openDesk();
  assert.equal(await whatIsThere(desk.runtime), 'people');
  const { rows } = await desk.runtime.pool.query('select current_database() as database');
  const database = (rows as { database: string }[])[0]?.database ?? '';
  const DATABASE_URL = urlOf({ ...testAddress(), database });
  const refused = await runSeed({ DATABASE_URL });
  assert.equal(refused.code, 1);
  assert.match(refused.printed, /has people of its own/);
  for (const opened of [{ HOST: '0.0.0.0' }, { KEYWARD_URL: 'https://desk.example' }]) {
    const open = await runSeed({ DATABASE_URL, ...opened });
    assert.equal(open.code, 1);
    assert.match(open.printed, /HOST or KEYWARD_URL opens this Keyward to others/);
  }
  assert.deepEqual(await desk.sql('select count(*)::int as people from users'), [{ people: 1 }]);
});

test('the seed has tokens in every state, people who left or were invited, a month of use and its history', async () => {
  await using desk = await openEmptyDesk();
  await fillDatabase(desk.runtime);
  assert.equal(await whatIsThere(desk.runtime), 'seed');
  for (const role of ['admin', 'manager', 'member']) {
    const person = await signIn(desk, `${role}@example.com`, seedPassword);
    const { body } = await person.send('GET /api/v1/tokens');
    // Of those who can look at their own, none is blocked.
    for (const status of tokenStatuses)
      assert.equal(Number(body['counts']?.[status]) === 0, status === 'blocked', `${role}, ${status}`);
  }
  const admin = await signIn(desk, 'admin@example.com', seedPassword);
  const { counts } = (await admin.send('GET /api/v1/admin/tokens')).body;
  for (const status of tokenStatuses) assert.notEqual(counts?.[status], 0, status);
  const [facts] = await desk.sql<Record<string, number>>(`
    select
      (select count(*)::int from tenants) as tenants,
      (select count(*)::int from users) as people,
      (select count(*)::int from users where deactivated_at is not null and deleted_at is null) as deactivated,
      (select count(*)::int from users where deleted_at is not null) as deleted,
      (select count(*)::int from one_time_codes where purpose = 'invite') as invited,
      (select count(*)::int from credentials where kind = 'pat') as tokens,
      (select count(*)::int from credentials where kind = 'key') as keys,
      (select count(*)::int from credential_last_use where last_used_at is null) as unused,
      (select count(*)::int from secrets where state = 'grace' and valid_until > now()) as grace,
      (select count(distinct day)::int from credential_use) as days,
      (select count(*)::int from credential_use where refused > 0) as knocks`);
  assert.partialDeepStrictEqual(facts, { tenants: 3, people: 200, tokens: 2_000, keys: 21 });
  assert.ok((facts?.['days'] ?? 0) >= 30);
  for (const [what, number] of Object.entries(facts ?? {})) assert.ok(number > 0, what);
});

test('the seed has agents of every status in each tenant, with their rotations, and a code that enrolls one', async () => {
  await using desk = await openEmptyDesk();
  await fillDatabase(desk.runtime);
  const ada = await signIn(desk, 'admin@example.com', seedPassword);
  const { body } = await ada.send('GET /api/v1/agents?sort=name&order=asc');
  const items = body['items'] as unknown as AgentView[];
  assert.equal(items.length, 8);
  assert.deepEqual(new Set(items.map(({ status }) => status)), new Set(agentStatuses));
  for (const kind of agentKinds)
    assert.equal(items.find(({ name }) => name === kind.name)?.status, kind.status, kind.name);
  const [count] = await desk.sql<{ rotations: number }>('select count(*)::int as rotations from rotations');
  assert.ok((count?.rotations ?? 0) > 90);
  const machine = { code: testCode.reveal(), host: 'laptop', version: '0.1.0' };
  const enrolled = await desk.send('POST /api/v1/agents/enroll', { body: machine });
  assert.equal(enrolled.status, 201, enrolled.text);
});

test('whoever was seeded as one role holds a token that may do what the role may', async () => {
  await using desk = await openEmptyDesk();
  await fillDatabase(desk.runtime);
  for (const { role, email, token } of testCredentials) {
    const { body } = await desk.send('GET /api/v1/me', { token: token.reveal() });
    assert.equal(body['user']?.['email'], email);
    const holder = { kind: 'user', role, isPlatformAdmin: role === 'admin' } as const;
    const held = effectivePermissions(holder, ['*']);
    assert.deepEqual(new Set(body['permissions'] as unknown as string[]), held);
  }
  const asked = await desk.send('GET /api/v1/me', { token: testKey.key.reveal() });
  assert.equal(asked.body['key']?.['name'], testKey.name);
});

/** What would make no sense in a world that came about by itself. */
const impossible: Record<string, string> = {
  'a token older than its owner':
    'select 1 from credentials c join users u on u.id = owner_user_id where c.created_at < u.created_at',
  'a use outside of the life of a token':
    'select 1 from credentials join credential_last_use on credential_id = id where last_used_at < created_at or last_used_at > least(now(), expires_at, revoked_at)',
  'a last use that differs from the day’s':
    'select 1 from credential_last_use c join (select credential_id, max(last_at) as at from credential_use where count > 0 group by 1) u on u.credential_id = c.credential_id where u.at <> c.last_used_at',
  'more uses in the month than ever':
    'select 1 from credential_last_use c join (select credential_id, sum(count) as times from credential_use group by 1) u on u.credential_id = c.credential_id where u.times > c.use_count',
  'a token without the row of its making':
    "select 1 from credentials c where not exists (select from audit_events where resource_id = c.id and action in ('token.create', 'key.create', 'agent.create'))",
  'history out of its order':
    'select 1 from (select time, lag(time) over (order by sequence) as before from audit_events) e where time < before',
  'something done by someone who was not there yet':
    'select 1 from audit_events e join users u on u.id = e.actor_id where e.time < u.created_at',
  'an address that could be somebody’s':
    "select 1 from credential_last_use where last_used_ip is not null and not last_used_ip << any (array['192.0.2.0/24', '198.51.100.0/24', '203.0.113.0/24', '2001:db8::/32', '127.0.0.0/8']::inet[])",
  'a mailbox that could be somebody’s':
    "select 1 from users where email !~ '^[a-z.-]+@example\\.(com|org|net)$'",
  'a live token of someone deleted':
    'select 1 from credentials c join users u on u.id = owner_user_id where u.deleted_at is not null and c.revoked_at is null',
};

test('nothing in the seed could not have happened', async () => {
  await using desk = await openEmptyDesk();
  await fillDatabase(desk.runtime);
  for (const [what, sql] of Object.entries(impossible)) assert.equal((await desk.sql(sql)).length, 0, what);
  const { seals } = desk.runtime;
  await seals.sealer.seal();
  const { finding, finished } = await seals.verify({ after: 0, seconds: 20 });
  assert.deepEqual([finding, finished], [null, true], 'a row dated back');
});

test('the seed is the same each time, for the same moment', async () => {
  const at = new Date();
  const made = async () => {
    await using desk = await openEmptyDesk();
    await fillDatabase({ ...desk.runtime, clock: { now: () => at } });
    return await desk.sql(
      'select u.email, u.role, c.name, prefix, permissions, use_count from credentials c join credential_last_use l on l.credential_id = c.id join users u on u.id = owner_user_id join secrets s on s.credential_id = c.id order by c.id, epoch',
    );
  };
  assert.deepEqual(await made(), await made());
});

test('the dice fall evenly', () => {
  const dice = createDice(1);
  const falls = Array.from({ length: 6_000 }, () => dice.between(1, 6));
  for (let side = 1; side <= 6; side++) {
    const times = falls.filter((fall) => fall === side).length;
    assert.ok(times > 850 && times < 1_150, `${side} fell ${times} times`);
  }
  const sides = Array.from({ length: 1_000 }, () => dice.weigh({ often: 9, seldom: 1 }));
  assert.ok(sides.filter((side) => side === 'seldom').length < 150);
});
