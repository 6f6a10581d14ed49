import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newSecret } from '#server/core/secrets/format.ts';
import { createLookup, type FoundCredential } from '#server/core/secrets/lookup.ts';
import { Secret } from '#server/secret.ts';
import { openDesk } from '#server/testing/desk.ts';

const hashOf = (name: string) => new Secret(name).hash();
const found = (hash: Buffer, name: string) => ({ hash, name }) as FoundCredential;

/** A database that answers when it is told to. */
function slowDatabase() {
  const batches: {
    hashes: Buffer[];
    answer: (rows: FoundCredential[]) => void;
    fail: (error: Error) => void;
  }[] = [];
  const find = (hashes: Buffer[]) =>
    new Promise<FoundCredential[]>((answer, fail) => {
      batches.push({ hashes, answer, fail });
    });
  return { batches, lookup: createLookup(find) };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

/** Asks, and lets the turn of the event loop end in which that was. */
async function ask(lookup: (hash: Buffer) => Promise<FoundCredential | undefined>, ...names: string[]) {
  const looked = names.map((name) => lookup(hashOf(name)));
  // Whether one fails is for the test to see.
  for (const one of looked) one.catch(() => {});
  await settled();
  return looked;
}

const sizes = ({ batches }: ReturnType<typeof slowDatabase>) => batches.map((batch) => batch.hashes.length);

test('a lone look-up is sent at the end of its turn', async () => {
  const { batches, lookup } = slowDatabase();
  const [looked] = await ask(lookup, 'a');
  assert.equal(batches.length, 1);
  batches[0]?.answer([found(hashOf('a'), 'a')]);
  assert.equal((await looked)?.name, 'a');
});

test('look-ups of one turn travel together, and so do those that arrive while two batches are under way', async () => {
  const database = slowDatabase();
  const { batches, lookup } = database;
  const looked = [...(await ask(lookup, 'a', 'b')), ...(await ask(lookup, 'c'))];
  looked.push(...(await ask(lookup, 'd')), ...(await ask(lookup, 'e')));
  assert.deepEqual(sizes(database), [2, 1]);
  batches[0]?.answer([found(hashOf('a'), 'a')]);
  await settled();
  await settled();
  assert.deepEqual(sizes(database), [2, 1, 2]);
  batches[1]?.answer([found(hashOf('c'), 'c')]);
  batches[2]?.answer([found(hashOf('e'), 'e')]);
  const names = (await Promise.all(looked)).map((credential) => credential?.name);
  assert.deepEqual(names, ['a', undefined, 'c', undefined, 'e']);
});

test('a hash asked for twice before it is sent is sent once', async () => {
  const { batches, lookup } = slowDatabase();
  const twice = await ask(lookup, 'c', 'c');
  assert.equal(batches[0]?.hashes.length, 1);
  batches[0]?.answer([found(hashOf('c'), 'c')]);
  assert.deepEqual(
    (await Promise.all(twice)).map((credential) => credential?.name),
    ['c', 'c'],
  );
});

test('whoever asks after a look-up was sent is never given its answer, which may be from before a revocation', async () => {
  const { batches, lookup } = slowDatabase();
  const [before] = await ask(lookup, 'a');
  const [after] = await ask(lookup, 'a');
  assert.equal(batches.length, 2);
  batches[0]?.answer([found(hashOf('a'), 'as it was')]);
  batches[1]?.answer([]);
  assert.equal((await before)?.name, 'as it was');
  assert.equal(await after, undefined);
});

test('a batch that fails fails its own look-ups and no others', async () => {
  const { batches, lookup } = slowDatabase();
  const [failing] = await ask(lookup, 'a');
  const [other] = await ask(lookup, 'b');
  const [next] = await ask(lookup, 'c');
  batches[0]?.fail(new Error('gone'));
  await assert.rejects(failing ?? Promise.resolve(), /gone/);
  await settled();
  batches[1]?.answer([found(hashOf('b'), 'b')]);
  batches[2]?.answer([found(hashOf('c'), 'c')]);
  assert.equal((await other)?.name, 'b');
  assert.equal((await next)?.name, 'c');
});

test('what waits behind a batch for which the database was away fails with it, and what comes after is sent', async () => {
  const database = slowDatabase();
  const { batches, lookup } = database;
  void (await ask(lookup, 'a'));
  void (await ask(lookup, 'b'));
  const [waiting] = await ask(lookup, 'c');
  batches[0]?.fail(new Error('Query read timeout'));
  await assert.rejects(waiting ?? Promise.resolve(), /timeout/);
  void (await ask(lookup, 'd'));
  assert.deepEqual(sizes(database), [1, 1, 1]);
});

test('where all that waited was refused meanwhile, nothing is sent', async () => {
  const database = slowDatabase();
  const { batches, lookup } = database;
  void (await ask(lookup, 'a'));
  const late = lookup(hashOf('b'));
  batches[0]?.fail(new Error('Query read timeout'));
  await assert.rejects(late, /timeout/);
  await settled();
  assert.deepEqual(sizes(database), [1]);
});

test('more look-ups than one statement takes go in several', async () => {
  const database = slowDatabase();
  void (await ask(database.lookup, ...Array.from({ length: 700 }, (_, n) => `n${n}`)));
  await settled();
  assert.deepEqual(sizes(database).slice(0, 1), [500]);
  database.batches[0]?.answer([]);
  await settled();
  await settled();
  assert.deepEqual(sizes(database), [500, 200]);
});

test('what is found is the credential, its owner and its tenant, as they are at this moment', async () => {
  await using desk = await openDesk();
  const { ada, clock, runtime } = desk;
  const { token, credential } = await ada.createToken({ name: 'ci', ipAllowlist: ['203.0.113.0/24'] });
  const hash = new Secret(token).hash();
  const asked = [newSecret('pat').hash(), hash, newSecret('pat').hash()];
  const [before, first, behind] = await Promise.all(asked.map((one) => runtime.lookup(one)));
  assert.deepEqual([before, behind], [undefined, undefined]);
  assert.deepEqual(first, {
    hash,
    id: credential.id,
    kind: 'pat',
    name: 'ci',
    prefix: credential.prefix,
    grant: ['*'],
    ipAllowlist: ['203.0.113.0/24'],
    enabled: true,
    expiresAt: new Date(credential.expiresAt ?? ''),
    revokedAt: null,
    ownerActive: true,
    secretEndsAt: null,
    secretExpiresAt: null,
    paused: false,
    epoch: 1,
    isStaged: false,
    hasWorked: true,
    disableOnReuse: false,
    recoveryDays: 30,
    tenantId: runtime.defaultTenantId,
    rateLimit: null,
    resources: null,
    tenant: { slug: 'default', name: 'Default' },
    tenantSuspended: false,
    holder: {
      kind: 'user',
      user: { id: ada.id, email: ada.email, name: ada.name, role: 'admin' },
      isPlatformAdmin: true,
    },
  });
  const at = clock.now();
  await desk.sql('update tenants set calls_per_second = 7, calls_at_once = 70, disable_on_reuse = true');
  await desk.sql('update credentials set expires_at = null, enabled = false, revoked_at = $1', [at]);
  const second = await runtime.lookup(hash);
  const { expiresAt, enabled, revokedAt, rateLimit, disableOnReuse } = second ?? {};
  assert.deepEqual(
    { expiresAt, enabled, revokedAt, rateLimit, disableOnReuse },
    {
      expiresAt: null,
      enabled: false,
      revokedAt: at,
      rateLimit: { perSecond: 7, atOnce: 70 },
      disableOnReuse: true,
    },
  );
  await desk.sql('update credentials set calls_per_second = 3, calls_at_once = 30');
  assert.deepEqual((await runtime.lookup(hash))?.rateLimit, { perSecond: 3, atOnce: 30 });
  const states = async () => {
    const { ownerActive, tenantSuspended } = (await runtime.lookup(hash)) ?? {};
    return { ownerActive, tenantSuspended };
  };
  assert.deepEqual(await states(), { ownerActive: true, tenantSuspended: false });
  await desk.sql('update users set deactivated_at = $1', [at]);
  assert.deepEqual(await states(), { ownerActive: false, tenantSuspended: false });
  await desk.sql('update users set deactivated_at = null');
  await desk.sql('update tenants set suspended_at = $1', [at]);
  assert.deepEqual(await states(), { ownerActive: true, tenantSuspended: true });
});

test('a key is found by the same statement, held by its tenant, also when its maker is gone', async () => {
  await using desk = await openDesk();
  const bob = await desk.join('Bob', 'manager');
  const resources = { flow: ['nightly'], llm_model: '*' };
  const { token, credential } = await bob.createKey({
    name: 'billing',
    permissions: ['mcp:call'],
    resources,
  });
  await desk.ada.send(`DELETE /api/v1/users/${bob.id}`);
  const found = await desk.runtime.lookup(new Secret(token).hash());
  assert.equal(found?.id, credential.id);
  assert.deepEqual(found.holder, { kind: 'key', madeBy: bob.id });
  assert.deepEqual([found.kind, found.ownerActive, found.revokedAt], ['key', true, null]);
  assert.deepEqual(found.resources, { agent: [], mcp_tool: [], vector_store: [], ...resources });
});
