import { readFileSync, rmSync } from 'node:fs';
import { mkdtemp, rm, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import type { DatabaseAddress } from '#db/address.ts';
import { connectAsOwner } from '#db/connect.ts';
import { startEmbedded, type EmbeddedPostgres } from '#db/embedded/embedded.ts';
import { migrate } from '#db/migrate.ts';

export const template = 'keyward_template';
const throwaway = {
  // Its workers are a superuser’s: one at work in a test’s database would refuse to be ended by the drop of it.
  autovacuum: 'off',
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  max_connections: '300',
};

/** How the test files, each a process of its own, learn where the cluster is. */
const variable = 'TEST_CLUSTER';

let cluster: EmbeddedPostgres | undefined;
let folder: string | undefined;

/** One PostgreSQL for a whole test run, with a migrated database that each test clones. */
export async function globalSetup(): Promise<void> {
  folder = await mkdtemp(join(await roomInMemory(), 'keyward-test-'));
  cluster = await startEmbedded({
    dataFolder: folder,
    say: () => {},
    settings: throwaway,
    mayCreateDatabases: true,
  });
  const admin = new pg.Client(cluster.address);
  await admin.connect();
  await admin.query(`create database ${template}`);
  await admin.end();
  await migrateDatabase({ ...cluster.address, database: template });
  process.env[variable] = JSON.stringify(cluster.address);
}

/** What a start does to a database before it makes the server's login. Returns the names of the files it ran. */
export async function migrateDatabase(address: DatabaseAddress): Promise<string[]> {
  const owner = await connectAsOwner(address);
  try {
    return await migrate(owner);
  } finally {
    await owner.end();
  }
}

export async function globalTeardown(): Promise<void> {
  await cluster?.stop();
  if (folder) await rm(folder, { recursive: true, force: true });
  folder = undefined;
}

/** For a process that ends at once and can wait for nothing: of a cluster for tests there is nothing to save. */
export function dropCluster(): void {
  if (!folder) return;
  const recorded = readFileSync(join(folder, 'postgres', 'cluster', 'postmaster.pid'), 'utf8');
  process.kill(Number.parseInt(recorded, 10), 'SIGQUIT');
  rmSync(folder, { recursive: true, force: true });
}

/** Databases are made and dropped by the hundred: in memory that takes a third of the time. */
async function roomInMemory(): Promise<string> {
  const memory = await statfs('/dev/shm').catch(() => null);
  return memory && memory.bavail * memory.bsize > 4 * 2 ** 30 ? '/dev/shm' : tmpdir();
}

/** Where the cluster of this test run is. */
export function testAddress(): EmbeddedPostgres['address'] {
  const address = process.env[variable];
  if (!address) throw new Error('No test cluster: run tests with "npm run test:server -- <file>"');
  return JSON.parse(address) as EmbeddedPostgres['address'];
}
