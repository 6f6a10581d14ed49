import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AuditEventView } from '#server/oversight/audit-log/schema.ts';
import { openDesk, type Desk } from '#server/testing/desk.ts';

async function fill(desk: Desk, count: number, label = 'bob@example.com'): Promise<void> {
  await desk.sql(
    `insert into audit_events (time, tenant_id, actor_kind, actor_label, action, outcome, detail)
     select now() - n * interval '1 minute', $1, 'user', $3, 'token.create', 'ok', '{"name": {"from": "a", "to": "b"}}'
     from generate_series(1, $2::int) n`,
    [desk.runtime.defaultTenantId, count, label],
  );
}

const parse = (text: string) =>
  text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as AuditEventView);

test('an export holds every row that the filter finds, once, newest first', async () => {
  await using desk = await openDesk();
  await fill(desk, 5_000);
  const answer = await desk.ada.send('GET /api/v1/audit/export?format=ndjson&search=bob');
  assert.equal(answer.status, 200);
  assert.match(answer.headers.get('content-type') ?? '', /x-ndjson/);
  assert.match(
    answer.headers.get('content-disposition') ?? '',
    /^attachment; filename="audit-[\d-]+\.ndjson"$/,
  );
  const events = parse(answer.text);
  assert.equal(events.length, 5_000);
  assert.equal(new Set(events.map((event) => event.sequence)).size, 5_000);
  assert.deepEqual(events[0]?.detail, { name: { from: 'a', to: 'b' } });
  const all = await desk.ada.send('GET /api/v1/audit/export?format=ndjson');
  assert.ok(parse(all.text).length > 5_000);
});

test('a name that a spreadsheet would run is text there', async () => {
  await using desk = await openDesk();
  await fill(desk, 1, '=HYPERLINK("http://evil.example","x"),\n@y');
  const { text } = await desk.ada.send('GET /api/v1/audit/export?format=csv&action=token.create');
  const [head, row] = text.split('\r\n');
  assert.match(head ?? '', /^sequence,time,actor_kind,/);
  assert.match(row ?? '', /,"'=HYPERLINK\(""http:/);
});

test('for Excel a CSV begins with a byte order mark, and for others with its first column', async () => {
  await using desk = await openDesk();
  await fill(desk, 1, 'Jürgen');
  const beginnings = { excel: '\uFEFFsequence,', csv: 'sequence,' };
  for (const [format, begins] of Object.entries(beginnings)) {
    const response = await fetch(`${desk.origin}/api/v1/audit/export?format=${format}`, {
      headers: { Cookie: desk.ada.cookie },
    });
    assert.match(response.headers.get('content-disposition') ?? '', /\.csv"$/);
    const bytes = Buffer.from(await response.arrayBuffer());
    assert.ok(bytes.subarray(0, 30).toString('utf8').startsWith(begins), format);
    assert.match(bytes.toString('utf8'), /Jürgen/);
  }
});

test('the export is in the log, with its filter', async () => {
  await using desk = await openDesk();
  await desk.ada.send('GET /api/v1/audit/export?format=csv&action=token.*');
  const rows = await desk.sql<{ detail: object; actor_label: string }>(
    "select * from audit_events where action = 'audit.export'",
  );
  assert.deepEqual(
    rows.map((row) => [row.actor_label, row.detail]),
    [[desk.ada.email, { format: 'csv', filter: { action: 'token.*' } }]],
  );
});

test('an export that cannot be written into the log is refused, and is no file that is empty', async () => {
  await using desk = await openDesk();
  await desk.sql('alter table audit_events add constraint broken check (false) not valid');
  const refused = await desk.ada.send('GET /api/v1/audit/export?format=csv');
  assert.equal(refused.problem?.code, 'internal');
  assert.equal(refused.headers.get('content-disposition'), null);
});

test('an old sign-in, a member, nobody and tRPC get none of it, and a look at the head begins none', async () => {
  await using desk = await openDesk();
  const bob = await desk.join('Bob', 'manager');
  const codeOf = async (sending: Promise<{ problem: { code: string } | undefined }>) =>
    (await sending).problem?.code;
  const path = 'GET /api/v1/audit/export';
  assert.equal(await codeOf(desk.send(path)), 'unauthenticated');
  assert.equal(await codeOf(bob.send(path)), 'permission_denied');
  assert.equal(await codeOf(desk.ada.send('GET /trpc/audit.export?input={}')), 'unsupported_media_type');
  assert.equal((await desk.ada.send('HEAD /api/v1/audit/export')).status, 200);
  desk.clock.advance({ hours: 13 });
  assert.equal(await codeOf(desk.ada.send(path)), 'sign_in_again');
  assert.equal((await desk.ada.send('HEAD /api/v1/audit/export')).status, 403);
  assert.deepEqual(await desk.sql("select from audit_events where action = 'audit.export'"), []);
});

test('a reader who goes ends the reading', async () => {
  await using desk = await openDesk();
  await fill(desk, 100_000);
  const leave = new AbortController();
  const response = await fetch(`${desk.origin}/api/v1/audit/export?format=ndjson`, {
    headers: { Cookie: desk.ada.cookie },
    signal: leave.signal,
  });
  const first = await response.body?.getReader().read();
  assert.ok(first?.value);
  leave.abort();
  let reads = -1;
  const countReads = async () =>
    Number(
      (
        await desk.sql<{ n: string }>(
          "select sum(idx_scan + seq_scan) as n from pg_stat_user_tables where schemaname = 'audit_months'",
        )
      )[0]?.n,
    );
  for (let now = await countReads(); now !== reads; now = await countReads()) {
    reads = now;
    await new Promise((resolve) => setTimeout(resolve, 1_200));
  }
  assert.ok(!desk.logged.some((line) => line.includes('broke off')));
  assert.ok(desk.logged.some((line) => line.includes('/audit/export') && line.includes('aborted')));
});

test('a reader who goes before the first row is no fault to be logged', async () => {
  await using desk = await openDesk();
  const path = '/api/v1/audit/export?format=csv';
  await desk.sql('begin; lock table audit_events in access exclusive mode');
  const leave = new AbortController();
  const asked = fetch(desk.origin + path, { headers: { Cookie: desk.ada.cookie }, signal: leave.signal });
  await desk.untilBlocked();
  leave.abort();
  await assert.rejects(asked);
  while (!desk.logged.some((line) => line.includes('/audit/export') && line.includes('aborted')))
    await new Promise((resolve) => setTimeout(resolve, 10));
  await desk.sql('commit');
  // What is asked later is done later.
  assert.equal((await desk.ada.send(`GET ${path}`)).status, 200);
  assert.ok(!desk.logged.some((line) => line.includes('broke off')));
});

test('an export breaks off when what let it in is gone, and never ends as if it were whole', async () => {
  await using desk = await openDesk();
  const { token, credential } = await desk.ada.createToken({ name: 'exporter', permissions: ['audit:read'] });
  await fill(desk, 40_000, 'x'.repeat(1_000));
  const response = await fetch(`${desk.origin}/api/v1/audit/export?format=ndjson`, {
    headers: { Authorization: `Bearer ${token}` },
  });
  const reader = response.body?.getReader();
  assert.ok((await reader?.read())?.value);
  await desk.ada.revokeToken(credential.id);
  await assert.rejects(async () => {
    for (let part = await reader?.read(); part && !part.done; part = await reader?.read());
  });
  assert.ok(desk.logged.some((line) => line.includes('broke off')));
});
