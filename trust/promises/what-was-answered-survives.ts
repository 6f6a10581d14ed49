import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { createLoadClient, type LoadClient } from '#server/testing/load-client.ts';
import type { Person } from '#server/testing/person.ts';
import type { ServerProcess } from '#server/testing/process.ts';
import { startAgain, untilServing } from '#trust/faults.ts';
import type { TrustPromise } from '#trust/promise.ts';
import type { Stage } from '#trust/stage.ts';
import { addTenants } from '#trust/tenants.ts';

const serverKills = 12;
const databaseKills = 4;
const people = 8;
const limitMs = 5_000;

/** What servers said that they had done. */
interface Acknowledged {
  created: string[];
  revoked: string[];
}

/** Makes a token and revokes it, again and again, at whichever server is there; notes what was answered, and nothing else. */
async function change(person: Person, origins: string[], said: Acknowledged, signal: AbortSignal) {
  using client = createLoadClient();
  for (let turn = 0; !signal.aborted; turn++) {
    const origin = origins[turn % origins.length] ?? '';
    const id = await create(client, origin, person);
    if (id === undefined) {
      await sleep(20);
      continue;
    }
    said.created.push(id);
    const ended = await client.ask(origin, {
      method: 'DELETE',
      path: `/api/v1/tokens/${id}`,
      headers: { Cookie: person.cookie },
    });
    if (ended.kind === 'answered' && ended.status === 204) said.revoked.push(id);
  }
}

async function create(client: LoadClient, origin: string, { cookie }: Person): Promise<string | undefined> {
  const made = await client.ask(origin, {
    method: 'POST',
    path: '/api/v1/tokens',
    headers: { Cookie: cookie },
    body: { name: randomUUID() },
  });
  if (made.kind !== 'answered' || made.status !== 201) return undefined;
  return (JSON.parse(made.text) as { credential: { id: string } }).credential.id;
}

/** Kills one server after the other, each in the middle of its work, and starts another in its place. */
async function killServers(stage: Stage, servers: ServerProcess[]): Promise<void> {
  for (let kill = 0; kill < serverKills; kill++) {
    await sleep(200);
    const at = kill % servers.length;
    const server = servers[at] as ServerProcess;
    await server.stop('SIGKILL');
    servers[at] = await startAgain(stage, server);
  }
}

/** Kills PostgreSQL, and returns the milliseconds that the slowest server took to serve once it accepted again. */
async function killDatabase(stage: Stage, servers: ServerProcess[]): Promise<number> {
  let slowestMs = 0;
  for (let kill = 0; kill < databaseKills; kill++) {
    await sleep(1_000);
    stage.postgres().signal('SIGKILL');
    await untilAccepting(stage);
    const times = servers.map(({ origin }) =>
      untilServing({ origin, cookie: stage.ada.cookie }, 2 * limitMs),
    );
    slowestMs = Math.max(slowestMs, ...(await Promise.all(times)));
  }
  return slowestMs;
}

async function untilAccepting(stage: Stage): Promise<void> {
  for (;;) {
    const client = new pg.Client({ ...stage.postgres().direct, connectionTimeoutMillis: 1_000 });
    client.on('error', () => {});
    const isThere = await client.connect().then(
      () => true,
      () => false,
    );
    await client.end().catch(() => {});
    if (isThere) return;
    await sleep(20);
  }
}

const missingChanges = `select
  (select count(*) from unnest($1::uuid[]) as id where not exists (select from credentials c where c.id = id.id))
  + (select count(*) from unnest($2::uuid[]) as id
     where not exists (select from credentials c where c.id = id.id and c.revoked_at is not null)) as count`;

/** In both directions: what was changed and is not in the log, and what is in the log and was not changed. */
const unauditedChanges = `with logged as (select resource_id::uuid as id, action from audit_events
    where action in ('token.create', 'token.revoke')),
  done as (select id, 'token.create' as action from credentials
    union all select id, 'token.revoke' from credentials where revoked_at is not null)
  select count(*) from logged full join done using (id, action) where logged.id is null or done.id is null`;

export const promise: TrustPromise = {
  id: 'S19',
  name: `kill -9, ${serverKills} times of a server and ${databaseKills} times of PostgreSQL under load, undoes no change that was answered`,
  threshold: '0 missing, 0 without audit row, serving within 5 s',
  isFast: false,
  ownPostgres: true,
  async check(stage) {
    const [persons = []] = await addTenants(stage, 1, Array<'member'>(people).fill('member'));
    const said: Acknowledged = { created: [], revoked: [] };
    const servers: ServerProcess[] = [...stage.servers];
    const origins = servers.map(({ origin }) => origin);
    const loading = new AbortController();
    const load = persons.map((person) => change(person, origins, said, loading.signal));
    try {
      await killServers(stage, servers);
      const slowestMs = await killDatabase(stage, servers);
      loading.abort();
      await Promise.all(load);
      const count = async (text: string, values?: unknown[]) =>
        Number((await stage.sql<{ count: string }>(text, values))[0]?.count);
      const missing = await count(missingChanges, [said.created, said.revoked]);
      const unaudited = await count(unauditedChanges);
      const all = said.created.length + said.revoked.length;
      return {
        measured: `${missing} of ${all} missing, ${unaudited} without audit row, serving within ${(slowestMs / 1_000).toFixed(1)} s`,
        holds: all > 500 && missing === 0 && unaudited === 0 && slowestMs <= limitMs,
      };
    } finally {
      loading.abort();
      await Promise.all(load);
      await Promise.all(servers.map((server) => server[Symbol.asyncDispose]()));
    }
  },
  control: [
    {
      without: 'a commit that waits until it is written',
      sql: 'alter database keyward set synchronous_commit = off',
    },
    {
      without: 'one transaction for a change and its audit row',
      replaced: ['audit-rows-follow-later'],
    },
  ],
};
