import pg from 'pg';
import type { DatabaseAddress } from '#db/address.ts';
import type { Role } from '#server/core/access/schema.ts';
import { cloneDatabase } from '#server/testing/database.ts';
import { openOwnPostgres, type OwnPostgres } from '#server/testing/own-postgres.ts';
import { goodPassword, joinAs, signIn, type Person } from '#server/testing/person.ts';
import { dataFolder, startServer, urlOf, type ServerProcess } from '#server/testing/process.ts';

/** What a promise is tried on: real servers on a database of their own. */
export interface Stage extends AsyncDisposable {
  /** Two processes of `server/main.ts` on one database, in the order of their starts. */
  servers: readonly [ServerProcess, ServerProcess];
  /** Starts a further server on the same database. Whoever asks for it stops it. */
  another(settings?: Record<string, string>): Promise<ServerProcess>;
  /** What its servers are started with. */
  settings: Readonly<Record<string, string>>;
  address: Exclude<DatabaseAddress, string>;
  /** Where the promise asked for one. Throws otherwise. */
  postgres(): OwnPostgres;
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
  // People can be sent to an issuer, and none is there.
  KEYWARD_OIDC_ISSUER: 'http://127.0.0.1:9',
  KEYWARD_OIDC_CLIENT_ID: 'keyward',
  KEYWARD_OIDC_CLIENT_SECRET: 'none',
  // Tool servers can be added, and none is there.
  KEYWARD_UPSTREAM_ALLOW: '127.0.0.2',
};

const firstAdmin = { KEYWARD_ADMIN_EMAIL: 'ada@example.com', KEYWARD_ADMIN_PASSWORD: goodPassword };

export interface StageOptions {
  /** Beside the usual, for all of its servers. */
  settings?: Readonly<Record<string, string>>;
  /** A PostgreSQL for this stage alone, as people run it; otherwise a database of the one that the run shares. */
  ownPostgres?: boolean;
}

export async function openStage({ settings, ownPostgres }: StageOptions = {}): Promise<Stage> {
  await using opening = new AsyncDisposableStack();
  const folder = opening.use(await dataFolder());
  const postgres = ownPostgres ? opening.use(await openOwnPostgres()) : undefined;
  const { address } = postgres ?? opening.use(await cloneDatabase());
  const all = { ...usual, ...folder.settings, DATABASE_URL: urlOf(address), ...settings };
  const another: Stage['another'] = (more) => startServer({ ...all, ...more });
  const owner = new pg.Pool({ ...(postgres?.direct ?? address), max: 4, connectionTimeoutMillis: 5_000 });
  // A promise may have the database end its connections.
  owner.on('error', () => {});
  opening.defer(() => owner.end());
  const [first, second] = await Promise.all([another(firstAdmin), another()]);
  opening.use(first);
  opening.use(second);
  const ada = await signIn(first, firstAdmin.KEYWARD_ADMIN_EMAIL, goodPassword);
  const opened = opening.move();
  let joined = 0;
  return {
    servers: [first, second],
    another,
    settings: all,
    address,
    postgres() {
      if (!postgres) throw new Error('This promise did not ask for a PostgreSQL of its own.');
      return postgres;
    },
    sql: async <Row extends object>(text: string, values?: unknown[]) =>
      (await owner.query<Row>(text, values)).rows,
    ada,
    join: (role) => joinAs(ada, { caller: first, name: `Person-${++joined}`, role }),
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}
