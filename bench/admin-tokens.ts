import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { drizzle } from 'drizzle-orm/node-postgres';
import pg from 'pg';
import { openPool } from '#db/client.ts';
import { startEmbedded } from '#db/embedded/embedded.ts';
import type { PersonCtx } from '#server/core/access/context.ts';
import { writeCursor } from '#server/core/paging/cursor.ts';
import { sortKeys } from '#server/credentials/token-triage/find-page.ts';
import { listAdminTokens } from '#server/credentials/token-triage/list-admin-tokens.ts';
import {
  adminTokenSorts,
  listAdminTokensInput,
  type AdminTokenSort,
} from '#server/credentials/token-triage/schema.ts';
import { sweepTokens } from '#server/credentials/token-triage/sweep-tokens.ts';
import { makeServerLogin } from './desk.ts';

/**
 * Loads a tenant of 10,000 people and 1,000,000 tokens into a database of its own, asks for pages of everyone's tokens as the
 * API does, and prints for each how long it took, what it read, and whether any statement scanned a table.
 *   node bench/admin-tokens.ts [tokens] [people]
 */
const [tokens = 1_000_000, people = 10_000] = process.argv.slice(2).map(Number);
const tenantId = '019aa8b4-6f00-7cc3-98c5-dc9fd1c5a401';

interface Plan {
  'Node Type': string;
  'Relation Name'?: string;
  'Shared Hit Blocks': number;
  'Shared Read Blocks': number;
  Plans?: Plan[];
}

const folder = await mkdtemp(path.join(tmpdir(), 'keyward-bench-'));
const cluster = await startEmbedded({
  dataFolder: folder,
  say: () => {},
  mayCreateDatabases: true,
  settings: { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', autovacuum: 'off' },
});
try {
  const server = await makeServerLogin(cluster.address);
  const owner = new pg.Client(cluster.address);
  await owner.connect();
  await load(owner);
  const pool = openPool(server, { size: 4, onError: () => {} });
  const before = performance.now();
  await sweepTokens(drizzle(pool), new Date());
  console.log(`swept in ${Math.round(performance.now() - before)} ms`);
  await owner.query('vacuum analyze');
  await measureAll(pool, owner);
  await pool.end();
  await owner.end();
} catch (error) {
  console.error(error);
  process.exitCode = 1;
} finally {
  await cluster.stop();
  await rm(folder, { recursive: true, force: true });
}

async function load(client: pg.Client): Promise<void> {
  const before = performance.now();
  // What triggers would do row by row is done here at once.
  await client.query('alter table credentials disable trigger user');
  await client.query(
    `insert into tenants (id, slug, name, created_at) values ('${tenantId}', 'bench', 'Bench', now())`,
  );
  await client.query(
    `insert into users (id, tenant_id, email, name, role, created_at)
     select gen_random_uuid(), $1, 'person' || n || '@example.com', 'Person ' || n, 'member', now() - interval '3 years'
     from generate_series(1, $2::int) as n`,
    [tenantId, people],
  );
  // Made over three years; most live for 90 days, some for ever; used lately, long ago or never, and never after their end.
  await client.query(
    `with owners as (
       select array_agg(id) as ids, array_agg(canonical_email || ' ' || folded_name) as labels from users
     ), made as (
       select n, 1 + floor(random() * $3)::int as person, now() - (n::float8 / $1) * interval '1095 days' as created_at,
         random() as a, random() as b, random() as c
       from generate_series(1, $1::int) as n
     ), dated as (
       select *, case when a < 0.75 then created_at + interval '90 days'
         when a < 0.85 then created_at + interval '365 days' end as expires_at
       from made
     )
     insert into credentials (id, tenant_id, kind, owner_user_id, owner_label, name, permissions, enabled, created_at,
       expires_at, swept_life, revoked_at)
     select gen_random_uuid(), $2, 'pat', ids[person], labels[person],
       (array['laptop', 'deploy', 'ci', 'notebook', 'Claude Code'])[1 + floor(random() * 5)] || ' ' || n, array['*'],
       b > 0.02, created_at, expires_at,
       case when expires_at < now() - interval '2 hours' then 'expired'
         when expires_at < now() + interval '7 days' - interval '2 hours' then 'expiring' else 'active' end,
       case when c < 0.1 then created_at + random() * (now() - created_at) end
     from dated, owners`,
    [tokens, tenantId, people],
  );
  await client.query(
    `insert into secrets (hash, credential_id, prefix, epoch, state, created_at)
     select sha256(id::text::bytea), id, 'kw_pat_' || substr(md5(id::text), 1, 8), 1, 'current', created_at from credentials`,
  );
  await client.query(
    `insert into credential_last_use (credential_id, tenant_id, swept_status, last_used_at, last_used_ip, use_count)
     select id, tenant_id, swept_status,
       case when random() < 0.8 then created_at + power(random(), 0.3) * (least(now(), expires_at) - created_at) end,
       '192.0.2.1', floor(random() * 1000) from credentials;
     insert into credential_search select id, tenant_id, fold_text(name) || E'\\n' || owner_label from credentials;
     insert into credential_tallies select tenant_id, swept_status, count(*) from credentials group by 1, 2;
     insert into credential_use (credential_id, day, address, endpoint, count, last_at)
     select credential_id, last_used_at::date, '192.0.2.1', 'GET /api/v1/me', 3, last_used_at from credential_last_use
     where last_used_at > now() - interval '30 days'`,
  );
  await client.query('alter table credentials enable trigger user');
  console.log(
    `loaded ${tokens} tokens of ${people} people in ${Math.round((performance.now() - before) / 1000)} s`,
  );
  await client.query('vacuum analyze');
}

async function measureAll(pool: pg.Pool, owner: pg.Client): Promise<void> {
  const { rows } = await owner.query<{ email: string; prefix: string }>(
    `select email, (select prefix from secrets limit 1) as prefix from users limit 1`,
  );
  const [{ email, prefix } = { email: '', prefix: '' }] = rows;
  console.log('| page | statements, ms | blocks | rows | scans |\n|---|---|---|---|---|');
  for (const sort of adminTokenSorts) {
    for (const order of ['desc', 'asc'] as const) {
      await measure(pool, `${sort} ${order}, first`, { sort, order });
      await measure(pool, `${sort} ${order}, middle`, {
        sort,
        order,
        cursor: await middleOf(owner, sort, order),
      });
      for (const status of ['active', 'expiring', 'expired', 'disabled', 'revoked'])
        await measure(pool, `${sort} ${order}, ${status}`, { sort, order, status });
    }
    for (const lastUsed of ['never', '24h', '7d', '30d', '90d+'])
      await measure(pool, `${sort}, used ${lastUsed}`, { sort, lastUsed });
    for (const search of ['laptop', 'laptop 77777', 'person777@', 'zebra', 'la', prefix])
      await measure(pool, `${sort}, search ${search}`, { sort, search });
    await measure(pool, `${sort}, one person`, { sort, user: email });
  }
}

/** A cursor at the middle of a list. */
async function middleOf(owner: pg.Client, sort: AdminTokenSort, order: 'asc' | 'desc'): Promise<string> {
  const keys: Record<AdminTokenSort, string> = {
    createdAt: 'created_at',
    lastUsedAt: 'last_used_at',
    expiresAt: 'expires_at',
    owner: 'owner_label collate "C"',
    name: 'fold_text(name) collate "C"',
  };
  const by = keys[sort];
  const isText = sort === 'owner' || sort === 'name';
  const { rows } = await owner.query<{ key: string; id: string }>(
    `select ${isText ? by : `to_char(${by} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`} as key, id from credentials join credential_last_use on credential_id = id where ${by} is not null order by ${by} offset ${Math.floor(tokens / 3)} limit 1`,
  );
  const list = { name: 'admin-tokens', scope: tenantId, sort, order, key: sortKeys[sort].type };
  return writeCursor(list, { key: rows[0]?.key ?? '', id: rows[0]?.id ?? '' });
}

function ctxOn(pool: pg.Pool): PersonCtx {
  return {
    runtime: { db: drizzle(pool) },
    principal: { tenantId },
    now: () => new Date(),
  } as unknown as PersonCtx;
}

/** Asks once to warm up, once for the time, and has every statement explain itself. */
async function measure(pool: pg.Pool, name: string, input: object): Promise<string> {
  const parsed = listAdminTokensInput.parse(input);
  await listAdminTokens(ctxOn(pool), parsed);
  const before = performance.now();
  const page = await listAdminTokens(ctxOn(pool), parsed);
  const ms = performance.now() - before;
  const statements = await statementsOf(pool, () => listAdminTokens(ctxOn(pool), parsed));
  const plans: Plan[] = [];
  for (const { text, values } of statements) {
    const { rows } = await pool.query<{ 'QUERY PLAN': [{ Plan: Plan }] }>(
      `explain (analyze, buffers, format json) ${text}`,
      values,
    );
    const plan = rows[0]?.['QUERY PLAN'][0].Plan;
    if (plan) plans.push(plan);
    if (process.argv.includes('--plans')) {
      const told = await pool.query<{ 'QUERY PLAN': string }>(`explain (analyze, buffers) ${text}`, values);
      console.log(`-- ${name}\n${text}\n${told.rows.map((row) => row['QUERY PLAN']).join('\n')}`);
    }
  }
  const blocks = plans.reduce((sum, plan) => sum + plan['Shared Hit Blocks'] + plan['Shared Read Blocks'], 0);
  const scans = [...new Set(plans.flatMap(scansOf))].join(', ') || 'none';
  console.log(
    `| ${name} | ${ms.toFixed(1)} | ${blocks} | ${page.items.length}${page.nextCursor ? '+' : ''} | ${scans} |`,
  );
  return page.nextCursor ?? '';
}

/** Tables that a plan reads from end to end, but for the few rows of tallies. */
function scansOf(plan: Plan): string[] {
  const own = plan['Node Type'] === 'Seq Scan' ? [plan['Relation Name'] ?? ''] : [];
  return [...own, ...(plan.Plans ?? []).flatMap(scansOf)].filter((table) => table !== 'credential_tallies');
}

async function statementsOf(pool: pg.Pool, run: () => Promise<unknown>) {
  const statements: { text: string; values: unknown[] }[] = [];
  const query = pool.query.bind(pool);
  const spy = (config: { text?: string } | string, values?: unknown[]) => {
    statements.push({
      text: typeof config === 'string' ? config : (config.text ?? ''),
      values: values ?? [],
    });
    return (query as unknown as (...args: unknown[]) => unknown)(config, values);
  };
  Object.assign(pool, { query: spy });
  try {
    await run();
  } finally {
    Object.assign(pool, { query });
  }
  return statements;
}
