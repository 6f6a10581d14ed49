import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { RequestFacts } from '#server/core/access/context.ts';
import { effectivePermissions } from '#server/core/access/permissions.ts';
import { credentialId, type TenantId } from '#server/core/access/principal.ts';
import {
  authenticate,
  checkToken,
  noteAdmitted,
  readBearer,
  type VerificationContext,
} from '#server/core/authentication/authenticate.ts';
import { newSecret } from '#server/core/secrets/format.ts';
import type { CreatedTokenView, CreateTokenInput } from '#server/credentials/tokens/schema.ts';
import { openDesk, type Desk } from '#server/testing/desk.ts';

const headers: [header: string | undefined, token: string | undefined][] = [
  [undefined, undefined],
  ['', undefined],
  ['Bearer kw_x', 'kw_x'],
  ['bEARER \t kw_x  ', 'kw_x'],
  ['Bearer', ''],
  ['Bearer ', ''],
  ['Bearerkw_x', undefined],
  ['Basic a3c=', undefined],
  ['x Bearer kw_x', undefined],
  ['Bearer a b', 'a b'],
];
for (const [header, token] of headers) {
  test(`the token of "${header}" is "${token}"`, () => assert.equal(readBearer(header), token));
}

const request: RequestFacts = {
  id: '019aa8b4-6f00-7cc3-98c5-dc9fd1c5a401',
  address: '203.0.113.7',
  userAgent: 'test/1',
  endpoint: 'GET /api/v1/me',
};
let desk: Desk;
before(async () => void (desk = await openDesk()));
after(() => desk[Symbol.asyncDispose]());

const make = (name: string, input: Partial<CreateTokenInput> = {}): Promise<CreatedTokenView> =>
  desk.ada.createToken({ name, ...input });
const show = (token: string) =>
  authenticate(desk.runtime, { authorization: `Bearer ${token}`, cookie: undefined, isAsked: true }, request);

/** Without the days in which a session would end as well. */
function expire({ credential }: CreatedTokenView) {
  desk.clock.advance({ seconds: 1 });
  return desk.sql('update credentials set expires_at = $2 where id = $1', [credential.id, desk.clock.now()]);
}

interface Row {
  action: string;
  code: string;
  actor_label: string;
  resource_id: string | null;
  resource_label: string | null;
}
async function refusals(): Promise<Row[]> {
  await desk.settle();
  const rows = await desk.sql<Row>("select * from audit_events where outcome = 'denied' order by sequence");
  // Of refusals that are alike only the first of a minute is a row.
  desk.clock.advance({ minutes: 2 });
  await desk.settle();
  return rows;
}

test('whoever shows a token acts as its owner, within what it was granted', async () => {
  const { token, credential } = await make('ci', { permissions: ['tokens:read', 'usage:read'] });
  const principal = await show(token);
  assert.deepEqual(principal, {
    kind: 'user',
    tenantId: desk.runtime.defaultTenantId,
    tenant: { slug: 'default', name: 'Default' },
    user: { id: desk.ada.id, email: desk.ada.email, name: desk.ada.name, role: 'admin' },
    origin: {
      kind: 'credential',
      id: credential.id,
      credentialKind: 'pat',
      name: 'ci',
      prefix: credential.prefix,
      grant: ['tokens:read', 'usage:read'],
      expiresAt: new Date(credential.expiresAt ?? ''),
      isReplaced: false,
      rateLimit: null,
    },
    actor: { kind: 'user', id: desk.ada.id, label: desk.ada.email },
    permissions: new Set(['tokens:read', 'usage:read']),
    resources: null,
  });
  assert.equal(credentialId(principal), credential.id);
});

test('whoever shows a session acts as its person, and it is used only where they ask for something', async () => {
  const { cookie } = desk.ada;
  const seen = async () =>
    (await desk.sql<{ last_seen_at: Date }>('select last_seen_at from sessions'))[0]?.last_seen_at;
  const began = await seen();
  desk.clock.advance({ hours: 1 });
  const found = await authenticate(
    desk.runtime,
    { authorization: undefined, cookie, isAsked: false },
    request,
  );
  await desk.settle();
  assert.deepEqual(await seen(), began);
  assert.ok(found?.kind === 'user' && found.origin.kind === 'session');
  const holder = { kind: 'user', role: 'admin', isPlatformAdmin: true } as const;
  assert.deepEqual(found.permissions, effectivePermissions(holder, ['*']));
  assert.deepEqual(found.user, {
    id: desk.ada.id,
    email: desk.ada.email,
    name: desk.ada.name,
    role: 'admin',
  });
  assert.equal(found.tenantId, desk.runtime.defaultTenantId);
  assert.deepEqual(found.origin.signedInAt, began);
  assert.equal(credentialId(found), null);
  await authenticate(desk.runtime, { authorization: undefined, cookie, isAsked: true }, request);
  await desk.settle();
  assert.deepEqual(await seen(), desk.clock.now());
});

test('a token counts before a cookie, and a cookie that proves nothing counts as none', async () => {
  const { token, credential } = await make('beside a cookie');
  const shown = { authorization: `Bearer ${token}`, cookie: desk.ada.cookie, isAsked: true };
  const found = await authenticate(desk.runtime, shown, request);
  assert.equal(found?.origin.id, credential.id);
  for (const cookie of [undefined, '', 'keyward_session=nothing', 'other=1'])
    assert.equal(
      await authenticate(desk.runtime, { ...shown, authorization: undefined, cookie }, request),
      null,
    );
  await assert.rejects(authenticate(desk.runtime, { ...shown, authorization: 'Bearer' }, request), {
    code: 'token_invalid',
    message: 'No token was sent: there is nothing behind "Bearer".',
  });
});

test('a confirmed sign-in counts from when it was confirmed', async () => {
  desk.clock.advance({ hours: 1 });
  await desk.ada.confirm();
  const shown = { authorization: undefined, cookie: desk.ada.cookie, isAsked: false };
  const found = await authenticate(desk.runtime, shown, request);
  assert.ok(found?.origin.kind === 'session');
  assert.deepEqual(found.origin.signedInAt, desk.clock.now());
});

test('each refusal says what to do, and is a row about its token', async () => {
  const bob = await desk.join('Bob', 'member');
  const refused: [name: string, code: string, says: RegExp, spoil: (token: CreatedTokenView) => unknown][] = [
    [
      'revoked',
      'token_revoked',
      /was revoked\. Make a new one/,
      (of) => desk.ada.revokeToken(of.credential.id),
    ],
    ['expired', 'token_expired', /has expired\. Make a new one/, (of) => expire(of)],
    [
      'disabled',
      'token_disabled',
      /is switched off\. Its owner or an admin/,
      (of) => desk.ada.send(`PATCH /api/v1/tokens/${of.credential.id}`, { body: { enabled: false } }),
    ],
    ['elsewhere', 'ip_not_allowed', /may not be used from this address/, () => {}],
    [
      'retired',
      'secret_retired',
      /was replaced by a rotation\. Use the one that replaced it/,
      (of) => desk.ada.send(`POST /api/v1/tokens/${of.credential.id}/rotate`, { body: { graceSeconds: 0 } }),
    ],
  ];
  for (const [name, code, message, spoil] of refused) {
    const made = await make(name, name === 'elsewhere' ? { ipAllowlist: ['198.51.100.1'] } : {});
    await spoil(made);
    await assert.rejects(show(made.token), { code, message });
    const last = (await refusals()).filter((row) => row.resource_label === name);
    assert.deepEqual(
      last.map((row) => [row.action, row.code, row.actor_label, row.resource_id]),
      [['auth.refused', code, desk.ada.email, made.credential.id]],
    );
  }
  const left = await bob.createToken({ name: 'left' });
  await desk.ada.send(`POST /api/v1/users/${bob.id}/deactivate`, { body: {} });
  await assert.rejects(show(left.token), {
    code: 'account_deactivated',
    message: /that this token belongs to/,
  });
});

test('whoever is told of: the owner of an expired token in use, and of a secret that came back late', async () => {
  const kinds = async (id: string) =>
    (await desk.sql<{ kind: string }>('select kind from notices where credential_id = $1', [id])).map(
      (row) => row.kind,
    );
  const late = await make('late');
  await desk.ada.send(`POST /api/v1/tokens/${late.credential.id}/rotate`, { body: { graceSeconds: 0 } });
  await assert.rejects(show(late.token), { code: 'secret_retired' });
  assert.deepEqual(await kinds(late.credential.id), []);
  desk.clock.advance({ seconds: 31 });
  await assert.rejects(show(late.token), { code: 'secret_retired' });
  assert.deepEqual(await kinds(late.credential.id), ['reuse']);
  const reuse = (await refusals()).filter((row) => row.action === 'credential.reuse_detected');
  assert.deepEqual(
    reuse.map((row) => [row.code, row.resource_id]),
    [['secret_retired', late.credential.id]],
  );
  const over = await make('over');
  await expire(over);
  await assert.rejects(show(over.token), { code: 'token_expired' });
  assert.deepEqual(await kinds(over.credential.id), ['expired_in_use']);
});

test('what is nobody’s is refused and counted, and nothing of it is kept', async () => {
  await refusals();
  const before = await refusals();
  for (const token of ['nonsense', newSecret('pat').reveal()])
    await assert.rejects(show(token), { code: 'token_invalid', message: /Check that it was copied whole/ });
  const [row, ...others] = (await refusals()).slice(before.length);
  assert.deepEqual(
    [row?.action, row?.code, row?.actor_label, row?.resource_id],
    ['auth.refused', 'token_invalid', 'unknown', null],
  );
  assert.deepEqual(others, []);
});

test('for a service a token is good by the address that the service reports, and in its own tenant', async () => {
  const { token, credential } = await make('bound', { ipAllowlist: ['198.51.100.1'] });
  const by = await show((await make('gateway')).token);
  assert.ok(by);
  const verdict = async (asked: Partial<VerificationContext>) => {
    const said = await checkToken(desk.runtime, token, request, { by, address: null, ...asked });
    if ('refusal' in said) return said.refusal;
    noteAdmitted(desk.runtime, said.principal, { ...request, address: asked.address ?? null });
    return said.principal.origin.id;
  };
  assert.equal(await verdict({ address: '198.51.100.1' }), credential.id);
  assert.equal(await verdict({ address: '198.51.100.2' }), 'ip_not_allowed');
  assert.equal(await verdict({ address: null }), 'ip_not_allowed');
  const [tenant] = await desk.sql<{ id: TenantId }>(
    "insert into tenants (id, slug, name, created_at) values (gen_random_uuid(), 'other', 'Other', now()) returning id",
  );
  assert.ok(tenant);
  assert.equal(
    await verdict({ by: { ...by, tenantId: tenant.id }, address: '198.51.100.1' }),
    'token_invalid',
  );
  await desk.settle();
  const uses = await desk.sql<object>(
    'select host(address) as address, endpoint, count::int, refused::int from credential_use where credential_id = $1 order by 1',
    [credential.id],
  );
  const { endpoint } = request;
  assert.deepEqual(uses, [
    { address: '198.51.100.1', endpoint, count: 1, refused: 0 },
    { address: '198.51.100.2', endpoint, count: 0, refused: 1 },
    { address: '203.0.113.7', endpoint, count: 0, refused: 1 },
  ]);
  const shown = await desk.sql<object>(
    `select tenant_id, code, host(address) as address, detail ->> 'claimedAddress' as claimed from audit_events
     where detail ->> 'shownToName' = 'gateway' order by code`,
  );
  const seen = { address: request.address };
  assert.deepEqual(shown, [
    { ...seen, tenant_id: by.tenantId, code: 'ip_not_allowed', claimed: '198.51.100.2' },
    { ...seen, tenant_id: tenant.id, code: 'token_invalid', claimed: '198.51.100.1' },
  ]);
});
