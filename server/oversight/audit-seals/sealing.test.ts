import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type { AuditVerdictView } from '#server/oversight/audit-seals/schema.ts';
import { openDesk } from '#server/testing/desk.ts';
import {
  addWaiting,
  connect,
  metricsToken,
  openSealed,
  seenOnce,
  tamper,
  verify,
  whereSeen,
} from '#server/testing/sealed-desk.ts';

test('a log that is sealed in time is told nowhere to be in trouble', async () => {
  await using desk = await openSealed();
  await addWaiting(desk, '5 seconds');
  assert.deepEqual(await whereSeen(desk, 'unsealed'), {
    logged: 0,
    readyz: false,
    isReady: true,
    metric: false,
    page: false,
  });
  assert.equal((await verify(desk)).intact, true);
  const metrics = await desk.send('GET /metrics', { token: metricsToken });
  const age = /^keyward_audit_oldest_unsealed_seconds ([\d.]+)$/m.exec(metrics.text)?.[1];
  assert.ok(Number(age) >= 5, metrics.text);
});

test('what waited while no server ran is no trouble in the first seconds of one', async () => {
  await using desk = await openSealed();
  await addWaiting(desk, '5 hours');
  const { watch } = desk.runtime.seals;
  watch.start();
  assert.equal((await whereSeen(desk, 'unsealed')).logged, 0);
  await watch.stop();
});

const holds: [what: string, statement: string, hindrance: RegExp][] = [
  [
    'the lock of the sealers',
    'lock table audit_sealing in row exclusive mode',
    /another connection holds a lock/,
  ],
  ['the table of seals', 'lock table audit_seals in share mode', /another connection holds a lock/],
  [
    'an open transaction that wrote to the log',
    `insert into audit_events (time, tenant_id, actor_kind, actor_label, action, outcome)
     select now(), id, 'system', 'late', 'token.create', 'ok' from tenants limit 1`,
    /stays open \(of the database's process \d+\)/,
  ],
];
for (const [what, statement, hindrance] of holds) {
  test(`${what}, held by another connection, is told everywhere, and sealing goes on once it is let go`, async () => {
    await using desk = await openSealed();
    await using other = await connect(desk);
    const sequence = await addWaiting(desk);
    await other.query('begin');
    await other.query(statement);
    assert.equal(await desk.runtime.seals.sealer.seal(), 0);
    await desk.runtime.seals.watch.look();
    await desk.runtime.seals.watch.look();
    assert.deepEqual(await whereSeen(desk, 'unsealed'), seenOnce);
    const { intact, finding } = await verify(desk);
    assert.deepEqual([intact, finding?.fault], [false, 'unsealed']);
    assert.match(
      finding?.detail ?? '',
      new RegExp(`Sealing has stopped: row ${sequence} has waited \\d+ seconds`),
    );
    assert.match(finding?.detail ?? '', hindrance);

    await other.query('rollback');
    assert.ok((await desk.runtime.seals.sealer.seal()) > 0);
    assert.equal((await whereSeen(desk, 'unsealed')).readyz, false);
    assert.equal((await verify(desk)).intact, true);
  });
}

test('the server’s role can neither write seals nor keep anyone from writing them', async () => {
  await using desk = await openSealed();
  const refused = [
    `insert into audit_seals (number, to_sequence, seal, fingerprints) values (900, 900, '{}', '')`,
    `insert into audit_archives (month, archive) values ('2020-01', '{}')`,
    'do $$ begin lock table audit_sealing in access share mode; end $$',
    'do $$ begin lock table audit_seals in row exclusive mode; end $$',
    'select * from audit_seals for update',
  ];
  for (const statement of refused)
    await assert.rejects(desk.runtime.pool.query(statement), /permission denied/, statement);

  const client = await desk.runtime.pool.connect();
  // What any connection may take, and what was once the lock of the sealers.
  await client.query(
    'begin; select pg_advisory_lock(4825190319); lock table audit_seals in access share mode',
  );
  await addWaiting(desk);
  assert.ok((await desk.runtime.seals.sealer.seal()) > 0);
  client.release(true);
});

const newKey = () => generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' });

const strays: [what: string, insert: string][] = [
  ['that is no seal at all', `values (9007199254740991, 9007199254740991, '{}', '')`],
  [
    'with a signature that is made up',
    `select 2, 9007199254740991, jsonb_set(jsonb_set(seal, '{number}', '2'), '{to}', '9007199254740991'), '' from audit_seals where number = 1`,
  ],
  [
    'that is a copy of an earlier seal',
    `select number + 5, to_sequence, seal, fingerprints from audit_seals where number = 1`,
  ],
];
for (const [what, insert] of strays) {
  test(`a row among the seals ${what} neither stops the sealing nor leads it, and is told until it is removed`, async () => {
    await using desk = await openSealed();
    await using other = await desk.another();
    await other.runtime.seals.watch.look();
    await desk.sql(`insert into audit_seals (number, to_sequence, seal, fingerprints) ${insert}`);
    await addWaiting(desk, '1 second');
    assert.ok((await desk.runtime.seals.sealer.seal()) > 0);
    await addWaiting(desk, '1 second');
    assert.ok((await desk.runtime.seals.sealer.seal()) > 0);
    assert.deepEqual(await whereSeen(desk, 'stray_seal'), seenOnce);
    await other.runtime.seals.watch.look();
    const seen = other.runtime.seals.troubles.list().map(({ kind }) => kind);
    assert.deepEqual(seen, ['stray_seal'], 'by a server, too, that did not seal');
    const { intact, finding, unsealed } = await verify(desk);
    assert.deepEqual([intact, finding?.fault, unsealed], [false, 'seal_broken', 0]);

    await tamper(desk, 'audit_seals', 'delete from audit_seals where number = $1', [finding?.seal]);
    assert.equal((await whereSeen(desk, 'stray_seal')).readyz, false);
    const clean = await verify(desk);
    assert.deepEqual([clean.intact, clean.finding], [true, null]);
  });
}

test('a seal of another key is waited for ten minutes, loudly, and then passed over', async () => {
  await using desk = await openSealed();
  const { dataFolder } = desk.runtime.config;
  await mkdir(`${dataFolder}-other`, { recursive: true });
  await using other = await desk.another({ settings: { KEYWARD_DATA: `${dataFolder}-other` } });
  await addWaiting(desk);
  // Not until ours has been silent: seen now for the first time.
  assert.equal(await other.runtime.seals.sealer.seal(), 0);
  assert.match(
    other.runtime.seals.sealer.hindrance() ?? '',
    /signed with the key [0-9a-f]{16}, which this server was not/,
  );
  desk.clock.advance({ minutes: 11 });
  assert.ok((await other.runtime.seals.sealer.seal()) > 0);

  await addWaiting(desk);
  assert.equal(await desk.runtime.seals.sealer.seal(), 0);
  assert.deepEqual(await whereSeen(desk, 'unsealed'), { ...seenOnce, logged: 1 });
  assert.equal((await verify(desk)).finding?.fault, 'signature');
  desk.clock.advance({ minutes: 11 });
  assert.ok((await desk.runtime.seals.sealer.seal()) > 0);
  assert.equal((await whereSeen(desk, 'unsealed')).readyz, false);
  assert.equal((await verify(desk)).finding?.fault, 'signature', 'it is still named');
  await rm(`${dataFolder}-other`, { recursive: true });
});

test('a key that is gone, or another one in its place, is told everywhere before the server ends', async () => {
  await using desk = await openSealed();
  const file = join(desk.runtime.config.dataFolder, 'audit-key.pem');
  await rename(file, `${file}.away`);
  assert.deepEqual(await whereSeen(desk, 'key_file'), seenOnce);
  const gone = await verify(desk);
  assert.deepEqual([gone.intact, gone.finding?.fault], [false, 'key_file']);
  assert.match(gone.finding?.detail ?? '', /audit-key\.pem is gone\. Put its copy back/);

  await writeFile(file, newKey());
  assert.match((await verify(desk)).finding?.detail ?? '', /holds another key than this server signs with/);
  await writeFile(file, 'junk');
  assert.match((await verify(desk)).finding?.detail ?? '', /holds no Ed25519 private key/);

  await rename(`${file}.away`, file);
  assert.equal((await whereSeen(desk, 'key_file')).readyz, false);
  assert.equal((await verify(desk)).intact, true);
});

test('where the newest seal cannot be kept in the data folder, the log is sealed all the same, and says which of the two failed', async () => {
  await using desk = await openSealed();
  const file = join(desk.runtime.config.dataFolder, 'audit-seal.json');
  await mkdir(`${file}.new`);
  await addWaiting(desk, '1 second');
  assert.ok((await desk.runtime.seals.sealer.seal()) > 0);
  assert.deepEqual(await whereSeen(desk, 'kept_seal'), seenOnce);
  assert.ok(
    desk.logged.some((line) => line.includes('The audit log is sealed, but its newest seal was not kept')),
  );
  assert.ok(!desk.logged.some((line) => line.includes('the audit log was not sealed')));
  assert.equal((await verify(desk)).intact, true);

  await rm(`${file}.new`, { recursive: true });
  await addWaiting(desk, '1 second');
  assert.ok((await desk.runtime.seals.sealer.seal()) > 0);
  assert.equal((await whereSeen(desk, 'kept_seal')).readyz, false);
});

test('a kept seal that cannot be read stops no sealing, is not written over, and is a finding', async () => {
  await using desk = await openSealed();
  const file = join(desk.runtime.config.dataFolder, 'audit-seal.json');
  await writeFile(file, '{ half a se');
  await using other = await desk.another();
  await addWaiting(desk, '1 second');
  assert.ok((await other.runtime.seals.sealer.seal()) > 0);
  const answer = await other.send('GET /api/v1/audit/verify', { cookie: desk.ada.cookie });
  const { intact, finding } = answer.body as unknown as AuditVerdictView;
  assert.deepEqual([intact, finding?.fault], [false, 'kept_seal']);
  assert.match(finding?.detail ?? '', /audit-seal\.json cannot be read \(it holds no seal\)/);
});

test('a server that stops seals what it wrote last', async () => {
  await using desk = await openDesk();
  const other = await desk.another();
  other.runtime.seals.start();
  other.runtime.auditQueue.add({
    time: new Date(),
    tenantId: desk.runtime.defaultTenantId,
    actorKind: 'system',
    actorLabel: 'at the end',
    action: 'auth.refused',
    outcome: 'denied',
  });
  await other[Symbol.asyncDispose]();
  const [row] = await desk.sql<{ count: number }>(
    `select count(*)::int from audit_events where actor_label = 'at the end'
       and sequence <= (select max(to_sequence) from audit_seals)`,
  );
  assert.equal(row?.count, 1);
});
