import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { access, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { AuditSeal } from '#server/oversight/audit-seals/schema.ts';
import { testAddress } from '#server/testing/cluster.ts';
import { openDesk, type Desk } from '#server/testing/desk.ts';

const script = fileURLToPath(new URL('audit.ts', import.meta.url));

/** Runs it on the database of a desk, while its server runs. */
async function run(desk: Desk, ...args: string[]) {
  const { host, user, password } = testAddress();
  const database = desk.runtime.pool.options.database ?? '';
  const env = {
    PATH: process.env['PATH'],
    NODE_ENV: 'production' as const,
    KEYWARD_DATA: desk.runtime.config.dataFolder,
    // Nobody is there, and nothing of that may get between what is printed.
    REDIS_URL: 'redis://127.0.0.1:1',
    DATABASE_URL: `postgres://${user}:${encodeURIComponent(password)}@/${database}?host=${encodeURIComponent(host)}`,
  };
  try {
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [script, ...args], { env });
    return { code: 0, stdout, stderr };
  } catch (error) {
    return error as { code: number; stdout: string; stderr: string };
  }
}

test('the log is verified on the database itself: intact, against a seal, and not', async () => {
  await using desk = await openDesk();
  assert.equal((await run(desk, 'seal')).code, 1);
  await desk.runtime.seals.sealer.seal();
  const intact = await run(desk, 'verify');
  assert.equal(intact.code, 0, intact.stderr);
  assert.match(intact.stdout, /^Intact: \d+ rows fit 1 seals, up to row \d+/);

  const printed = await run(desk, 'seal');
  assert.equal(printed.code, 0);
  const seal = JSON.parse(printed.stdout) as AuditSeal;
  assert.equal(seal.number, 1);
  await mkdir(desk.runtime.config.dataFolder, { recursive: true });
  const kept = join(desk.runtime.config.dataFolder, 'kept.json');
  await writeFile(kept, printed.stdout);
  assert.equal((await run(desk, 'verify', '--against', kept)).code, 0);
  await writeFile(kept, JSON.stringify({ seal: { ...seal, number: 9 } }));
  const against = await run(desk, 'verify', '--against', kept);
  assert.deepEqual([against.code, /^NOT INTACT: .+kept elsewhere/.test(against.stdout)], [1, true]);

  await desk.sql('alter table audit_events disable trigger audit_events_append_only');
  await desk.sql(`update audit_events set actor_label = 'eve' where sequence = ${seal.to}`);
  await desk.sql('alter table audit_events enable always trigger audit_events_append_only');
  const changed = await run(desk, 'verify');
  assert.deepEqual(
    [changed.code, changed.stdout],
    [1, `NOT INTACT: Row ${seal.to} was changed.\nTo look for more: --after 1\n`],
  );
});

test('rows that wait for their seals, and a key that is gone, are said in plain words, and no key is made', async () => {
  await using desk = await openDesk();
  await desk.runtime.seals.sealer.seal();
  await desk.sql(`insert into audit_events (time, recorded_at, tenant_id, actor_kind, actor_label, action, outcome)
    select now() - interval '5 hours', now() - interval '5 hours', id, 'system', 'test', 'token.create', 'ok'
    from tenants limit 1`);
  const behind = await run(desk, 'verify', '--after', '1');
  assert.equal(behind.code, 1);
  assert.match(
    behind.stdout,
    /^NOT INTACT: Sealing has stopped: row \d+ has waited 5 hours for its seal\. Until/,
  );
  const file = join(desk.runtime.config.dataFolder, 'audit-key.pem');
  await rm(file);
  const { code, stderr } = await run(desk, 'verify');
  assert.deepEqual(
    [code, stderr],
    [1, `${file} is not there, and without the key no seal can be checked.\n`],
  );
  await assert.rejects(access(file));
});

test('without a key that can be read nothing is verified, and the file is named', async () => {
  await using desk = await openDesk();
  await mkdir(desk.runtime.config.dataFolder, { recursive: true });
  const file = join(desk.runtime.config.dataFolder, 'audit-key.pem');
  await writeFile(file, 'junk');
  const { code, stdout, stderr } = await run(desk, 'verify');
  assert.deepEqual([code, stdout], [1, '']);
  assert.match(stderr, /^[^\n]+ holds no Ed25519 private key in PEM\. [^\n]+\n$/);
  assert.ok(stderr.startsWith(file), stderr);
});

test('called in another way, it says how and does nothing', async () => {
  await using desk = await openDesk();
  const wrong = [['tail'], ['seal', '--against', 'x'], ['verify', '--against', 'x']];
  for (const args of wrong) {
    const { code, stderr, stdout } = await run(desk, ...args);
    assert.deepEqual([code, stdout, stderr.includes('Usage:')], [2, '', true], args.join(' '));
  }
});
