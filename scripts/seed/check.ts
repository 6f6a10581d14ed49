import { getTableConfig, PgTable } from 'drizzle-orm/pg-core';
import type pg from 'pg';
import * as adminTokens from '#db/schema/admin-tokens.ts';
import * as agents from '#db/schema/agents.ts';
import * as audit from '#db/schema/audit.ts';
import * as credentials from '#db/schema/credentials.ts';
import * as deviceRequests from '#db/schema/device-requests.ts';
import * as notices from '#db/schema/notices.ts';
import * as people from '#db/schema/people.ts';
import * as setupCodes from '#db/schema/setup-codes.ts';
import * as signIn from '#db/schema/sign-in.ts';
import * as signing from '#db/schema/signing.ts';
import * as toolServers from '#db/schema/tool-servers.ts';
import type { Runtime } from '#server/core/access/context.ts';
import { checkToken } from '#server/core/authentication/authenticate.ts';
import { testCredentials } from './fill.ts';
import { testKey } from './keys.ts';

const modules = [
  adminTokens,
  agents,
  audit,
  credentials,
  deviceRequests,
  notices,
  people,
  setupCodes,
  signIn,
  signing,
  toolServers,
];
const expected = {
  tenants: 3,
  people: 200,
  tokens: 2_000,
  keys: 21,
  agents: 24,
  servers: 3,
  tools: 40,
  held: 1,
};

/** What is wrong with a database that was just filled, one sentence each; nothing where all is well. */
export async function findFaults(runtime: Runtime, owner: pg.Client): Promise<string[]> {
  return [
    ...(await compareSchema(owner)),
    ...(await validateConstraints(owner)),
    ...(await compareCounts(owner)),
    ...(await tryCredentials(runtime)),
  ];
}

/** Every column that the code knows, as the database has it. */
async function compareSchema(owner: pg.Client): Promise<string[]> {
  const { rows } = await owner.query<{ column: string; required: boolean }>(
    `select table_name || '.' || column_name as column, is_nullable = 'NO' as required
     from information_schema.columns where table_schema = 'public'`,
  );
  const actual = new Map(rows.map(({ column, required }) => [column, required]));
  const tables = modules
    .flatMap((module): unknown[] => Object.values(module))
    .filter((value) => value instanceof PgTable);
  return tables.flatMap((table) => {
    const { name, columns } = getTableConfig(table);
    return columns.flatMap((column) => {
      const known = actual.get(`${name}.${column.name}`);
      if (known === undefined) return [`The database has no column ${name}.${column.name}.`];
      const isSame = column.generated !== undefined || known === (column.notNull || column.primary);
      return isSame ? [] : [`${name}.${column.name} may ${known ? 'not ' : ''}be null in the database.`];
    });
  });
}

/** Those that were added to tables with rows have not been held against every row. */
async function validateConstraints(owner: pg.Client): Promise<string[]> {
  const { rows } = await owner.query<{ statement: string; name: string }>(
    `select format('alter table %s validate constraint %I', conrelid::regclass, conname) as statement, conname as name
     from pg_constraint where not convalidated and conparentid = 0`,
  );
  const faults: string[] = [];
  for (const { statement, name } of rows)
    await owner.query(statement).catch(() => faults.push(`Some row breaks the constraint ${name}.`));
  return faults;
}

async function compareCounts(owner: pg.Client): Promise<string[]> {
  const { rows } = await owner.query<typeof expected>(
    `select (select count(*)::int from tenants) as tenants, (select count(*)::int from users) as people,
       (select count(*)::int from credentials where kind = 'pat') as tokens,
       (select count(*)::int from credentials where kind = 'key') as keys,
       (select count(*)::int from agents) as agents,
       (select count(*)::int from mcp_servers) as servers, (select count(*)::int from mcp_tools) as tools,
       (select count(*)::int from mcp_tools where state <> 'approved') as held`,
  );
  return Object.entries(expected).flatMap(([what, count]) => {
    const found = rows[0]?.[what as keyof typeof expected];
    return found === count ? [] : [`There are ${found} ${what}, not ${count}.`];
  });
}

/** As a service would show them. */
async function tryCredentials(runtime: Runtime): Promise<string[]> {
  const request = {
    id: '019aa8b4-6f00-7cc3-98c5-dc9fd1c5a401',
    address: '127.0.0.1',
    userAgent: null,
    endpoint: 'none',
  };
  const known = [
    ...testCredentials.map(({ email, token }) => ({ name: email, secret: token })),
    { name: testKey.name, secret: testKey.key },
  ];
  const faults: string[] = [];
  for (const { name, secret } of known) {
    const verdict = await checkToken(runtime, secret.reveal(), request);
    if ('refusal' in verdict) faults.push(`The credential of ${name} is refused: ${verdict.refusal}.`);
  }
  return faults;
}
