import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { DatabaseAddress } from '#db/address.ts';
import { parseConfig } from '#server/config.ts';
import type { Runtime } from '#server/core/access/context.ts';
import type { Role } from '#server/core/access/schema.ts';
import { readBundle } from '#server/doors/downloads/read-bundle.ts';
import { startHttpServer } from '#server/doors/http/server.ts';
import { runJobs } from '#server/doors/jobs/queue.ts';
import { openStaticExport, type StaticExport } from '#server/doors/pages/export.ts';
import { issueSetupCode } from '#server/people/first-admin/commands.ts';
import { routeTable, upgradeTable } from '#server/routes.ts';
import { createRuntime } from '#server/runtime.ts';
import { createCaller, type Caller } from '#server/testing/caller.ts';
import { createFakeClock, type FakeClock } from '#server/testing/clock.ts';
import { template } from '#server/testing/cluster.ts';
import { createDatabase } from '#server/testing/database.ts';
import { joinAs, setUpAda, type Person } from '#server/testing/person.ts';

/** None is made in the folder that the tests run in. */
const masterKey = '5e'.repeat(32);

/** Not by `pg_stat_activity`, which stays as it was first seen in a transaction. Other files of a run wait in databases of their own. */
const blocked = `select distinct waiting.pid from pg_locks waiting join pg_locks of_it using (pid)
  where not waiting.granted and of_it.database = (select oid from pg_database where datname = current_database())`;

export interface DeskOptions {
  /** Settings as the environment would give them. */
  settings?: Record<string, string>;
  /** A folder that Next exported; left out: no pages. */
  pages?: string;
  /** A folder with a built command line; left out: none is handed out. */
  cli?: string;
  /** The name of the database that its own begins as a copy of; left out: one that nobody has used. */
  copied?: string;
}

/** A server with its own doors, on a database that others may share. */
export interface Instance extends AsyncDisposable, Caller {
  runtime: Runtime;
}

/** A server on a database of its own: real HTTP, real PostgreSQL, a clock that the test moves. Nobody can sign in yet. */
export interface EmptyDesk extends Instance {
  clock: FakeClock;
  /** Every line that was logged so far. */
  logged: string[];
  /** Runs a statement as the owner of the tables. */
  sql<Row extends object>(text: string, values?: unknown[]): Promise<Row[]>;
  /** Resolves once somebody waits for a lock in its database. */
  untilBlocked(count?: number): Promise<void>;
  /** Writes what waits to be written. */
  settle(): Promise<void>;
  /** Does what is in the job queue; returns how many jobs that were. */
  runJobs(): Promise<number>;
  /** Where its database listens. */
  databaseSocket: string;
  /** A second server on the same database; `through`: by a port of this machine. */
  another(differing?: { through?: { port: number }; settings?: Record<string, string> }): Promise<Instance>;
}

export interface Desk extends EmptyDesk {
  /** The first admin, signed in. */
  ada: Person;
  /** Someone whom Ada added, signed in. */
  join(name: string, role: Role): Promise<Person>;
}

export async function openDesk(options: DeskOptions = {}): Promise<Desk> {
  await using opening = new AsyncDisposableStack();
  const desk = opening.use(await openEmptyDesk(options));
  const code = await issueSetupCode(desk.runtime);
  const ada = await setUpAda(desk, code?.reveal(), desk.runtime.config.ways.password);
  const opened = opening.move();
  return {
    ...desk,
    ada,
    join: (name, role) => joinAs(ada, { caller: desk, name, role }),
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}

export async function openEmptyDesk(options: DeskOptions = {}): Promise<EmptyDesk> {
  const clock = createFakeClock();
  const logged: string[] = [];
  await using opening = new AsyncDisposableStack();
  const { address } = opening.use(await createDatabase(options.copied ?? template));
  // Made only if something is put there.
  const dataFolder = join(tmpdir(), address.database);
  opening.defer(() => rm(dataFolder, { recursive: true, force: true }));
  const settings = { KEYWARD_DATA: dataFolder, ...options.settings };
  const another: EmptyDesk['another'] = ({ through, settings: other } = {}) =>
    openInstance(through ? { ...address, host: '127.0.0.1', port: through.port } : address, clock, logged, {
      ...options,
      settings: { ...settings, ...other },
    });
  const owner = new pg.Client(address);
  await owner.connect();
  opening.defer(() => owner.end());
  const first = opening.use(await another());
  const opened = opening.move();
  return {
    ...first,
    clock,
    logged,
    another,
    databaseSocket: `${address.host}/.s.PGSQL.${address.port}`,
    sql: async <Row extends object>(text: string, values?: unknown[]) =>
      (await owner.query<Row>(text, values)).rows,
    async untilBlocked(count = 1) {
      const giveUpAt = performance.now() + 20_000;
      while (((await owner.query(blocked)).rowCount ?? 0) < count) {
        if (performance.now() > giveUpAt) throw new Error(`Fewer than ${count} waited for a lock in 20 s`);
        await sleep(5);
      }
    },
    async settle() {
      const { lastUse, sessionUse, auditQueue, mailSoon } = first.runtime;
      await Promise.all([lastUse, sessionUse, auditQueue, mailSoon].map((writer) => writer.flush()));
    },
    runJobs: () => runJobs(first.runtime),
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}

async function openInstance(
  address: DatabaseAddress,
  clock: FakeClock,
  logged: string[],
  { settings, pages, cli }: DeskOptions,
): Promise<Instance> {
  const config = parseConfig({ PORT: '0', KEYWARD_MASTER_KEY: masterKey, ...settings });
  const logTo = new Writable({
    write(chunk: Buffer, _, done) {
      logged.push(chunk.toString());
      done();
    },
  });
  const runtime = await createRuntime(config, { addresses: { owner: address }, clock, logTo });
  const site = await readPages(pages);
  const server = await startHttpServer(runtime, routeTable(site, await readBundle(cli)), upgradeTable(site));
  // Pages are watched from their first moment, as on a server that people use.
  if (pages) await runtime.hub.listen();
  return {
    runtime,
    ...createCaller(`http://127.0.0.1:${server.port}`),
    async [Symbol.asyncDispose]() {
      await server.close();
      await runtime.close();
    },
  };
}

const pagesOf = new Map<string | undefined, Promise<StaticExport>>();

/** Once for all desks of a process: no test changes what is exported. */
function readPages(folder: string | undefined): Promise<StaticExport> {
  const read = pagesOf.get(folder) ?? openStaticExport(folder);
  pagesOf.set(folder, read);
  return read;
}
