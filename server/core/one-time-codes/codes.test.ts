import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TenantId } from '#server/core/access/principal.ts';
import { consumeCode, endCodes, findOpenCode } from '#server/core/one-time-codes/consume.ts';
import { codeLifeMs, issueCode } from '#server/core/one-time-codes/issue.ts';
import type { Purpose } from '#server/core/one-time-codes/queries.ts';
import { openDesk, type Desk } from '#server/testing/desk.ts';

const personal = ['invite', 'reset', 'magic'] as const;

async function open(desk: Desk, purpose: (typeof personal)[number] = 'reset', payload = {}): Promise<string> {
  const { db, clock } = desk.runtime;
  const issuer = await issuerFrom(desk);
  const code = { ...holderOf(desk), purpose, lifeMs: codeLifeMs[purpose], issuer, payload };
  return db.transaction(async (tx) => (await issueCode(tx, code, clock.now())).reveal());
}

const holderOf = ({ ada }: Desk) => ({ tenantId: ada.tenantId as TenantId, userId: ada.id });

async function issuerFrom({ ada, sql }: Desk) {
  const [session] = await sql<{ id: string }>('select id from sessions where user_id = $1', [ada.id]);
  return { userId: ada.id, sessionId: session?.id ?? null, credentialId: null };
}

const consume = ({ runtime }: Desk, code: string, purpose: Purpose = 'reset') =>
  runtime.db.transaction((tx) => consumeCode(tx, code, purpose, runtime.clock.now()));

const look = ({ runtime }: Desk, code: string, purpose: Purpose = 'reset') =>
  findOpenCode(runtime.db, code, purpose, runtime.clock.now());

test('a code tells whose it is, who issued it and what it carries, once', async () => {
  await using desk = await openDesk();
  const code = await open(desk, 'magic', { next: '/tokens' });
  const seen = await look(desk, code, 'magic');
  assert.deepEqual(
    { ...seen, id: '' },
    {
      id: '',
      purpose: 'magic',
      tenantId: desk.ada.tenantId,
      userId: desk.ada.id,
      payload: { next: '/tokens' },
      issuer: { ...(await issuerFrom(desk)), email: desk.ada.email },
    },
  );
  assert.deepEqual(await consume(desk, code, 'magic'), seen);
  assert.equal(await consume(desk, code, 'magic'), undefined);
  assert.equal(await look(desk, code, 'magic'), undefined);
});

test('of twenty who use one code at once one does', async () => {
  await using desk = await openDesk();
  const code = await open(desk);
  const all = await Promise.all(Array.from({ length: 20 }, () => consume(desk, code)));
  assert.equal(all.filter(Boolean).length, 1);
});

test('of two codes of one person that are used at once one is good, and neither waits for ever', async () => {
  await using desk = await openDesk();
  for (let round = 0; round < 10; round++) {
    const codes = [await open(desk), await open(desk)];
    const used = await Promise.all(codes.map((code) => consume(desk, code)));
    assert.equal(used.filter(Boolean).length, 1);
  }
});

test('a code of one purpose is refused for every other, and not used up by that', async (t) => {
  await using desk = await openDesk();
  for (const purpose of personal) {
    const code = await open(desk, purpose);
    for (const other of ['first_admin', ...personal].filter((name) => name !== purpose)) {
      await t.test(`${purpose} as ${other}`, async () => {
        assert.equal(await look(desk, code, other as Purpose), undefined);
        assert.equal(await consume(desk, code, other as Purpose), undefined);
      });
    }
    assert.ok(await consume(desk, code, purpose));
  }
});

test('a code ends with its time: a magic link after 15 minutes, an invite and a reset after 24 hours', async (t) => {
  await using desk = await openDesk();
  const lives = [
    ['magic', { minutes: 14, seconds: 59 }],
    ['invite', { hours: 23, minutes: 59, seconds: 59 }],
    ['reset', { hours: 23, minutes: 59, seconds: 59 }],
  ] as const;
  for (const [purpose, almost] of lives) {
    await t.test(purpose, async () => {
      const code = await open(desk, purpose);
      desk.clock.advance(almost);
      assert.ok(await look(desk, code, purpose));
      desk.clock.advance({ seconds: 1 });
      assert.equal(await look(desk, code, purpose), undefined);
      assert.equal(await consume(desk, code, purpose), undefined);
    });
  }
});

test('what was never a code is none', async () => {
  await using desk = await openDesk();
  for (const code of ['', 'x', 'a'.repeat(32), '\\x00']) assert.equal(await consume(desk, code), undefined);
});

test('using a code ends the person’s others of that purpose, and only those', async () => {
  await using desk = await openDesk();
  const [one, other, magic] = [await open(desk), await open(desk), await open(desk, 'magic')];
  assert.ok(await consume(desk, one));
  assert.equal(await look(desk, other), undefined);
  assert.ok(await look(desk, magic, 'magic'));
});

test('ending someone’s codes leaves everyone else’s', async () => {
  await using desk = await openDesk();
  const bob = await desk.join('Bob', 'member');
  const [hers, his] = [await open(desk, 'magic'), await open({ ...desk, ada: bob }, 'magic')];
  await desk.runtime.db.transaction((tx) =>
    endCodes(tx, holderOf(desk), undefined, desk.runtime.clock.now()),
  );
  assert.equal(await look(desk, hers, 'magic'), undefined);
  assert.ok(await look(desk, his, 'magic'));
});

test('a code that the issuer’s role may not hand out is not issued', async () => {
  await using desk = await openDesk();
  const bob = await desk.join('Bob', 'member');
  await assert.rejects(open({ ...desk, ada: bob }, 'reset'), { code: 'permission_denied' });
  assert.ok(await open(desk, 'reset'));
});

test('a change that fails leaves its code as it was', async () => {
  await using desk = await openDesk();
  const code = await open(desk);
  const failing = desk.runtime.db.transaction(async (tx) => {
    assert.ok(await consumeCode(tx, code, 'reset', desk.runtime.clock.now()));
    throw new Error('after all');
  });
  await assert.rejects(failing, /after all/);
  assert.ok(await consume(desk, code));
});

test('a personal code has a person, and the first admin’s has none', async () => {
  await using desk = await openDesk();
  await open(desk);
  const check = /one_time_codes_holder_check/;
  await assert.rejects(desk.sql('update one_time_codes set user_id = null'), check);
  await assert.rejects(desk.sql("update one_time_codes set purpose = 'first_admin'"), check);
});
