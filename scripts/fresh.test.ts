import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import pg from 'pg';
import { startEmbedded } from '#db/embedded/embedded.ts';
import { bareEnvironment } from '#server/testing/bare-environment.ts';

const fresh = fileURLToPath(new URL('fresh.ts', import.meta.url));

async function runFresh(settings: Record<string, string>): Promise<{ code: number; printed: string }> {
  try {
    const env = { ...bareEnvironment(), ...settings };
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [fresh], { env });
    return { code: 0, printed: stdout + stderr };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { code, printed: stdout + stderr };
  }
}

async function sqlOn(dataFolder: string, statement: string): Promise<unknown[]> {
  const embedded = await startEmbedded({ dataFolder, say: () => {} });
  const owner = new pg.Client(embedded.address);
  await owner.connect();
  const { rows } = await owner.query<object>(statement);
  await owner.end();
  await embedded.stop();
  return rows;
}

test(
  'a database of this machine is made anew and checked, and one with people of its own is not erased',
  { timeout: 180_000 },
  async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'keyward-fresh-'));
    const KEYWARD_DATA = path.join(folder, 'data');
    try {
      const first = await runFresh({ KEYWARD_DATA });
      assert.equal(first.code, 0, first.printed);
      assert.match(first.printed, /2000 tokens, 21 API keys/);
      assert.match(first.printed, /Schema, constraints, counts and every known credential were checked/);
      await sqlOn(KEYWARD_DATA, 'truncate users cascade');
      await sqlOn(
        KEYWARD_DATA,
        "insert into users (id, tenant_id, email, name, role, created_at) select gen_random_uuid(), id, 'eve@example.org', 'Eve', 'admin', now() from tenants limit 1",
      );
      const refused = await runFresh({ KEYWARD_DATA });
      assert.equal(refused.code, 1);
      assert.match(refused.printed, /people of its own, so it is not erased/);
      assert.deepEqual(await sqlOn(KEYWARD_DATA, 'select email from users'), [{ email: 'eve@example.org' }]);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
);

test('a database that is named, or one that others can reach, is not erased', async () => {
  const named = await runFresh({ DATABASE_URL: 'postgres://someone@/keyward' });
  assert.equal(named.code, 1);
  assert.match(named.printed, /erases the built-in database only/);
  const open = await runFresh({ HOST: '0.0.0.0' });
  assert.equal(open.code, 1);
  assert.match(open.printed, /opens this Keyward to others/);
});
