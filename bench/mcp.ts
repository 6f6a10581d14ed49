import { randomUUIDv7 } from 'node:crypto';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { Pool } from 'undici';
import { createCaller } from '#server/testing/caller.ts';
import { addServer } from '#server/testing/mcp/add-server.ts';
import { goodPassword, signIn } from '#server/testing/person.ts';
import { startDatabase, startServer, type BenchServer } from './desk.ts';
import { openPeers, say, type McpSubject } from './mcp-peers.ts';

/**
 * What a call of a tool takes longer than calling its server straight, with and without a limit on calls, beside two gateways
 * that check nothing; and how long the list of 500 tools of 50 servers takes.
 * `node bench/mcp.ts --calls=2000 --peers=<folder with mcp-proxy and mcp-hub installed>`
 */
const { values } = parseArgs({
  options: { calls: { type: 'string', default: '2000' }, peers: { type: 'string' } },
});
const calls = Number(values.calls);
const warmUp = 500;
const round = 50;
const bars = { addedP50Ms: 1, limitedP50Ms: 2, addedP99Ms: 5, listMs: 30, coldMs: 1_000 };
const admin = { KEYWARD_ADMIN_EMAIL: 'ada@example.com', KEYWARD_ADMIN_PASSWORD: goodPassword };
const revision = '2026-07-28';

await using opened = new AsyncDisposableStack();
const database = opened.use(await startDatabase());
const upstream = opened.use(await startServer('bench/mcp-upstream.ts', {}));
const { address, url } = await database.create('mcp');
const usual = {
  ...admin,
  DATABASE_URL: url,
  KEYWARD_DATA: database.folder,
  KEYWARD_LOG_LEVEL: 'error',
  KEYWARD_UPSTREAM_ALLOW: '127.0.0.1',
};
const free = opened.use(await startServer('server/main.ts', { ...usual, KEYWARD_RATE_LIMIT: 'off' }));
const limited = opened.use(
  await startServer('server/main.ts', { ...usual, KEYWARD_RATE_LIMIT: '10000/100000' }),
);
const ada = await signIn(createCaller(free.origin), admin.KEYWARD_ADMIN_EMAIL, goodPassword);
await addServer(ada, { alias: 'upstream', url: `${upstream.origin}/mcp` });
const { token } = await ada.createToken({ name: 'bench' });

const subjects: McpSubject[] = [
  requestOf('straight', upstream, 'echo'),
  requestOf('keyward, no limit', free, 'upstream__echo'),
  requestOf('keyward, a limit', limited, 'upstream__echo'),
  ...(await openPeers(opened, `${upstream.origin}/mcp`, values.peers)),
];
const cpuBefore = free.cpuMicroseconds() ?? 0;
const times = await measure(subjects);
const cpuEach = ((free.cpuMicroseconds() ?? 0) - cpuBefore) / 1_000 / (calls + warmUp);
const straight = times.get('straight') ?? [];
for (const [name, all] of times)
  say(
    `${name.padEnd(20)} p50 ${at(all, 0.5).toFixed(2)} ms, p99 ${at(all, 0.99).toFixed(2)} ms of ${all.length}`,
  );
say(`the processor of keyward without a limit: ${cpuEach.toFixed(2)} ms a call`);
const added = (name: string, share: number) => at(times.get(name) ?? [], share) - at(straight, share);
report('added p50, no limit, ms', added('keyward, no limit', 0.5), bars.addedP50Ms);
report('added p50, a limit, ms', added('keyward, a limit', 0.5), bars.limitedP50Ms);
report('added p99, no limit, ms', added('keyward, no limit', 0.99), bars.addedP99Ms);
for (const peer of ['mcp-proxy', 'mcp-hub'])
  if (times.has(peer))
    report(
      `p50 beside ${peer}, ms`,
      at(times.get('keyward, no limit') ?? [], 0.5),
      at(times.get(peer) ?? [], 0.5),
    );
await measureLists();

function requestOf(name: string, server: BenchServer, toolName: string): McpSubject {
  return {
    name,
    url: `${server.origin}/mcp`,
    headers: headersOf('tools/call', { 'mcp-name': toolName }),
    body: bodyOf('tools/call', { name: toolName, arguments: { text: 'hello' } }),
  };
}

function headersOf(method: string, more: Record<string, string> = {}): Record<string, string> {
  return {
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
    authorization: `Bearer ${token}`,
    'mcp-protocol-version': revision,
    'mcp-method': method,
    ...more,
  };
}

function bodyOf(method: string, params: object): string {
  const _meta = {
    'io.modelcontextprotocol/protocolVersion': revision,
    'io.modelcontextprotocol/clientCapabilities': {},
  };
  return JSON.stringify({ jsonrpc: '2.0', id: 1, method, params: { ...params, _meta } });
}

/** Some calls of each in turn, so that what else the machine does falls on all alike. */
async function measure(all: McpSubject[]): Promise<Map<string, number[]>> {
  const open = all.map((subject) => ({
    subject,
    pool: new Pool(new URL(subject.url).origin, { connections: 1 }),
    taken: [] as number[],
  }));
  for (const { subject, pool } of open) for (let call = 0; call < warmUp; call++) await send(pool, subject);
  for (let done = 0; done < calls; done += round)
    for (const { subject, pool, taken } of open)
      for (let call = 0; call < round; call++) taken.push((await send(pool, subject)).ms);
  await Promise.all(open.map(({ pool }) => pool.close()));
  return new Map(open.map(({ subject, taken }) => [subject.name, taken.toSorted((a, b) => a - b)]));
}

async function send(pool: Pool, { name, url: where, headers, body }: McpSubject) {
  const started = performance.now();
  const answer = await pool.request({ path: new URL(where).pathname, method: 'POST', headers, body });
  const text = await answer.body.text();
  const ms = performance.now() - started;
  if (answer.statusCode !== 200 || !/hello|"tools"/.test(text))
    throw new Error(`${name}: ${answer.statusCode} ${text.slice(0, 300)}`);
  return { ms, text };
}

/** 500 tools of 50 servers: again and again, and as the first request of a server that has just started, with five of them dead. */
async function measureLists(): Promise<void> {
  await addTools(50, 10);
  const list = (server: BenchServer): McpSubject => ({
    ...requestOf('list', server, ''),
    headers: headersOf('tools/list'),
    body: bodyOf('tools/list', {}),
  });
  const warm = await measure([list(free)]);
  report('list of 500 tools, p50, ms', at(warm.get('list') ?? [], 0.5), bars.listMs);
  await using cold = await startServer('server/main.ts', usual);
  const pool = new Pool(cold.origin);
  const { ms, text } = await send(pool, list(cold));
  await pool.close();
  const { tools } = (JSON.parse(text) as { result: { tools: unknown[] } }).result;
  report(`first list, of ${tools.length} tools, ms`, ms, bars.coldMs);
}

async function addTools(servers: number, each: number): Promise<void> {
  const owner = new pg.Client(address);
  await owner.connect();
  const ids = Array.from({ length: servers }, () => randomUUIDv7());
  await owner.query(
    `insert into mcp_servers (id, tenant_id, alias, url, transport, auth, timeout_seconds, total_seconds, max_concurrent, created_at,
       created_by, health, health_since, fault, failures, next_check_at, last_used_at)
     select id, $2, 'server-' || at, 'http://127.0.0.1:9/mcp', 'auto', 'none', 60, 1800, 16, now(), $3,
       case when at <= 5 then 'down' else 'up' end, now(), case when at <= 5 then 'unreachable' end, case when at <= 5 then 2 else 0 end,
       now() + interval '1 hour', now()
     from unnest($1::uuid[]) with ordinality as made (id, at)`,
    [ids, ada.tenantId, ada.id],
  );
  await owner.query(
    `insert into mcp_tools (server_id, tenant_id, name, shown_name, state, definition, pin, approved_definition, approved_pin, found_at,
       changed_at, approved_at)
     select id, $2, name, shown, 'approved', definition, sha256(shown::bytea), definition, sha256(shown::bytea), now(), now(), now()
     from (select id, 'tool_' || tool as name, 'server-' || at || '__tool_' || tool as shown, json_build_object('name', 'tool_' || tool,
         'description', repeat('What it does. ', 20), 'inputSchema', json_build_object('type', 'object', 'properties',
         json_build_object('text', json_build_object('type', 'string', 'description', repeat('What to say. ', 5))))) as definition
       from unnest($1::uuid[]) with ordinality as made (id, at), generate_series(1, $3) as tool) as listed`,
    [ids, ada.tenantId, each],
  );
  await owner.query('analyze');
  await owner.end();
}

function at(sorted: number[], share: number): number {
  return sorted[Math.floor(sorted.length * share)] ?? Infinity;
}

function report(what: string, measured: number, bar: number): void {
  say(
    `${measured <= bar ? 'within' : 'BEYOND'} the bar: ${what}: ${measured.toFixed(2)} (at most ${bar.toFixed(2)})`,
  );
}
