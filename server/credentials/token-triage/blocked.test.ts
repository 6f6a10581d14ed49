import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eq } from 'drizzle-orm';
import { credentials } from '#db/schema/credentials.ts';
import { findBlockedOwners, findTallies } from '#server/credentials/token-triage/queries.ts';
import { countsOf } from '#server/credentials/token-triage/rules.ts';
import type { AdminTokenPageView } from '#server/credentials/token-triage/schema.ts';
import { countByStatus } from '#server/credentials/tokens/list.ts';
import { textOf } from '#server/testing/caller.ts';
import { openDesk, type Desk } from '#server/testing/desk.ts';
import { addTokensTo } from '#server/testing/tokens.ts';

async function list(desk: Desk, query: string, token: string): Promise<AdminTokenPageView> {
  const answer = await desk.send(`GET /api/v1/admin/tokens?${query}`, { token });
  assert.equal(answer.status, 200, answer.text);
  return answer.body as unknown as AdminTokenPageView;
}

/** The ids that all pages of a list hold. */
async function walkThrough(desk: Desk, query: string, token: string): Promise<Set<string>> {
  const seen = new Set<string>();
  let cursor: string | null = '';
  while (cursor !== null) {
    const page: AdminTokenPageView = await list(
      desk,
      `${query}&limit=90${cursor && `&cursor=${cursor}`}`,
      token,
    );
    for (const { id } of page.items) seen.add(id);
    cursor = page.nextCursor;
  }
  return seen;
}

test('the tokens of a deactivated person are blocked on the next look, in every list and count, until they are activated', async () => {
  await using desk = await openDesk();
  const bob = await desk.join('Bob', 'member');
  await addTokensTo(desk, bob, 300);
  const { token, credential } = await bob.createToken({ name: 'ci', expiresInDays: 3 });
  const path = `/api/v1/users/${bob.id}`;
  const watch = await desk.ada.createToken({ name: 'watch' });
  const look = async () => {
    const { counts, items } = await list(desk, 'status=blocked&sort=name&limit=200', watch.token);
    const found = await list(desk, 'search=token&status=blocked', watch.token);
    const user = await list(desk, 'user=bob@example.com&status=blocked', watch.token);
    const walked = await walkThrough(desk, 'status=blocked&sort=lastUsedAt', watch.token);
    const statuses = [...new Set(items.map(({ status }) => status))];
    return [counts.blocked, items.length, found.matching?.count, user.matching?.count, walked.size, statuses];
  };
  assert.deepEqual(await look(), [0, 0, 0, 0, 0, []]);
  assert.equal((await desk.ada.send(`POST ${path}/deactivate`, { body: {} })).status, 200);
  assert.deepEqual(await look(), [301, 200, 300, 301, 301, ['blocked']]);
  assert.equal((await desk.send('GET /api/v1/me', { token })).problem?.code, 'account_deactivated');
  await desk.settle();
  assert.deepEqual((await list(desk, 'status=active', watch.token)).matching?.count, 1);
  const uses = await desk.ada.send(`GET /api/v1/admin/tokens/${credential.id}/uses`);
  assert.match(textOf(uses.body['impact']?.['sentence']), /^Blocked already, and still tried once/);
  assert.equal((await desk.ada.send(`POST ${path}/activate`, { body: {} })).status, 200);
  assert.deepEqual(await look(), [0, 0, 0, 0, 0, []]);
});

test('all that works in a tenant is blocked at the moment in which it is suspended, without touching a token', async () => {
  await using desk = await openDesk();
  await addTokensTo(desk, desk.ada, 5_000);
  const { defaultTenantId, db, clock } = desk.runtime;
  const versions = 'select max(xmin::text::bigint)::int as newest from credentials';
  const before = await desk.sql(versions);
  const read = async () => {
    const { active, blocked } = countsOf(
      await findTallies(db, defaultTenantId, { at: clock.now(), expiringBefore: clock.now() }),
    );
    const [first] = await findBlockedOwners(db, defaultTenantId);
    const own = await countByStatus(db, eq(credentials.ownerUserId, desk.ada.id), { at: clock.now() });
    return [active, blocked, first, own.blocked];
  };
  assert.deepEqual(await read(), [5_000, 0, undefined, 0]);
  await desk.sql('update tenants set suspended_at = now()');
  assert.deepEqual(await read(), [0, 5_000, desk.ada.id, 5_000]);
  assert.deepEqual(await desk.sql(versions), before);
});
