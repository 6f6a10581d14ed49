import { randomBytes } from 'node:crypto';
import pg from 'pg';
import type { DatabaseAddress } from '#db/client.ts';
import { template, testAddress } from '#server/testing/cluster.ts';

export interface ClonedDatabase {
  address: DatabaseAddress;
  drop(): Promise<void>;
}

/** A database of one's own, migrated already: a copy takes some 20 ms. */
export async function cloneDatabase(): Promise<ClonedDatabase> {
  const cluster = testAddress();
  const database = `test_${randomBytes(6).toString('hex')}`;
  await execute(`create database ${database} template ${template}`);
  return {
    address: { ...cluster, database },
    drop: () => execute(`drop database ${database} with (force)`),
  };
}

async function execute(statement: string): Promise<void> {
  const client = new pg.Client(testAddress());
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
