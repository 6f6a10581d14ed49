import pg from 'pg';
import type { DatabaseAddress } from '#db/client.ts';
import type { Role } from '#server/access/schema.ts';
import { cloneDatabase } from '#server/testing/database.ts';
import { joinAs, setUpAda, type Person } from '#server/testing/person.ts';
import { dataFolder, startServer, urlOf, type ServerProcess } from '#server/testing/process.ts';

/** What a promise is tried on: real servers on a database of their own. */
export interface Stage extends AsyncDisposable {
  /** Two processes of `server/main.ts` on one database, in the order of their starts. */
  servers: readonly [ServerProcess, ServerProcess];
  /** Starts a further server on the same database. Whoever asks for it stops it. */
  another(settings?: Record<string, string>): Promise<ServerProcess>;
  address: Exclude<DatabaseAddress, string>;
  /** Runs a statement as the owner of the tables. */
  sql<Row extends object>(text: string, values?: unknown[]): Promise<Row[]>;
  /** The first admin, signed in at the first server. A cookie is good at both. */
  ada: Person;
  /** Somebody whom Ada added, signed in, with a name and an address that nobody else has. */
  join(role: Role): Promise<Person>;
}

const usual = {
  // Of one database: otherwise each server would make one of its own.
  KEYWARD_MASTER_KEY: '5e'.repeat(32),
  KEYWARD_ADDRESS_RATE_LIMIT: 'off',
  // A caller is wherever its `X-Forwarded-For` says: who guesses wrongly for one promise does not have to wait in the next.
  KEYWARD_TRUSTED_PROXIES: '127.0.0.0/8',
};

/** `settings`: beside the usual, for all of its servers. */
export async function openStage(settings: Readonly<Record<string, string>> = {}): Promise<Stage> {
  await using opening = new AsyncDisposableStack();
  const folder = opening.use(await dataFolder());
  const { address } = opening.use(await cloneDatabase());
  const all = { ...usual, ...folder.settings, DATABASE_URL: urlOf(address), ...settings };
  const another: Stage['another'] = (more) => startServer({ ...all, ...more });
  const client = new pg.Client(address);
  await client.connect();
  opening.defer(() => client.end());
  // Only the first one finds nobody there, and shows a code.
  const first = opening.use(await another());
  const ada = await setUpAda(first, first.setupCode);
  const second = opening.use(await another());
  const opened = opening.move();
  let joined = 0;
  return {
    servers: [first, second],
    another,
    address,
    sql: async <Row extends object>(text: string, values?: unknown[]) =>
      (await client.query<Row>(text, values)).rows,
    ada,
    join: (role) => joinAs(ada, { caller: first, name: `Person-${++joined}`, role }),
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}
