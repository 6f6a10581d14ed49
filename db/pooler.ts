import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { DatabaseAddress } from '#db/address.ts';
import { connectionConfig } from '#db/client.ts';
import { sqlState, UnusableDatabaseError } from '#db/errors.ts';

/** A pooler that takes its connections in turns gives the same one twice when the second of these asks for it. */
const rivals = 3;
const echoMs = 1_000;

/**
 * Throws `UnusableDatabaseError` where a pooler gives one session several connections of the database, or passes on no
 * notifications. Changes nothing there.
 */
export async function assertSession(client: pg.Client, address: DatabaseAddress): Promise<void> {
  const first = await backendOf(client);
  // A pooler makes up the number that it tells a client.
  if (first === (client as unknown as { processID: number | null }).processID) return;
  const held: pg.Client[] = [];
  try {
    for (let count = 0; count < rivals; count++) {
      const rival = new pg.Client(connectionConfig(address));
      rival.on('error', () => {});
      held.push(rival);
      await rival.connect();
      await rival.query('begin');
      if ((await backendOf(rival)) === first || (await backendOf(client)) !== first) throw pooled();
    }
    await assertEcho(client, held);
  } catch (error) {
    throw sqlState(error) === '08P01' && /statement pooling/.test((error as Error).message)
      ? pooled()
      : error;
  } finally {
    await Promise.all(held.map((rival) => rival.end().catch(() => {})));
  }
}

async function backendOf(client: pg.Client): Promise<number | undefined> {
  const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
  return rows[0]?.pid;
}

async function assertEcho(client: pg.Client, [rival]: pg.Client[]): Promise<void> {
  const channel = `keyward_probe_${randomBytes(8).toString('hex')}`;
  const echo = new Promise<boolean>((resolve) => client.once('notification', () => resolve(true)));
  await client.query(`listen ${channel}`);
  await rival?.query(`commit; notify ${channel}`);
  if (!(await Promise.race([echo, sleep(echoMs, false)]))) throw pooled();
  await client.query(`unlisten ${channel}`);
}

const pooled = () =>
  new UnusableDatabaseError(
    'The address of the database leads to a pooler that shares connections between transactions. Set PgBouncer to ' +
      'pool_mode = session for Keyward, or give the address of PostgreSQL itself.',
  );
