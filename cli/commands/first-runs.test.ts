import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { AgentState } from '#cli/agent/published.d.ts';
import { openDesk } from '#server/testing/desk.ts';
import { followFirstRun } from '#server/testing/first-run.ts';
import { openToolServer } from '#server/testing/mcp/tool-server.ts';

const desk = await openDesk({ settings: { KEYWARD_UPSTREAM_ALLOW: '127.0.0.1' } });
after(() => desk[Symbol.asyncDispose]());
const { origin } = desk;
const bob = await desk.join('Bob', 'manager');
const { email } = bob;
const { token } = await bob.createToken({ name: 'cli' });

test('the first run of docs/keys.md does what it says, line by line', async () => {
  await using run = await followFirstRun('docs/keys.md', { origin, token, email });
  assert.ok(run.lines <= 10, 'a first run has ten lines at most');
  assert.match(run.said, /The key "reports" may use mcp:call and reach the flow "nightly-report"\./);
  assert.match(run.said, /"key":\{"id":"[^"]+","name":"reports"\}/);
  const secret = (await run.read('reports.key')).trim();
  assert.equal((await desk.send('GET /api/v1/me', { token: secret })).problem?.code, 'token_revoked');
});

test('the first run of docs/agents.md does what it says, line by line', async () => {
  await using run = await followFirstRun('docs/agents.md', { origin, token, email });
  assert.ok(run.lines <= 10, 'a first run has ten lines at most');
  assert.match(run.said, /Epoch +2\n[^]*Running +yes[^]*Secret +works/);
  const { current } = JSON.parse(await run.read('build-1.json')) as AgentState;
  const { body } = await desk.send('GET /api/v1/me', { token: current.token });
  assert.equal(body['agent']?.['name'], 'build-1');
});

test('the first run of docs/mcp.md does what it says, line by line', async () => {
  await using upstream = await openToolServer();
  await using run = await followFirstRun('docs/mcp.md', { origin, token, email, tools: upstream.url });
  assert.ok(run.lines <= 10, 'a first run has ten lines at most');
  assert.match(run.said, /"tools":\[[^]*"name":"demo__echo"/);
  assert.match(run.said, /"content":\[\{"type":"text","text":"hello"\}\]/);
});
