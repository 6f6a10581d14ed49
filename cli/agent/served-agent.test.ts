import assert from 'node:assert/strict';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { enrollAgent as enrollBySql } from '#server/testing/agents.ts';
import { textOf } from '#server/testing/caller.ts';
import { openDesk, type Desk } from '#server/testing/desk.ts';
import { expect } from '#server/testing/person.ts';
import { enrollAgent } from './enroll-agent.ts';
import type { AgentEvent, AgentState, RunningAgent } from './published.d.ts';
import { runAgent } from './run-agent.ts';
import { readStateFile, writeState } from './state-file.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'keyward-served-'));
after(() => rmSync(folder, { recursive: true, force: true }));

interface Placed {
  id: string;
  file: string;
  onDisk(): AgentState;
  run(): Promise<Running>;
}

interface Running extends RunningAgent, AsyncDisposable {
  events: AgentEvent[];
  /** Resolves once an event of a kind came. */
  saw(event: AgentEvent['event']): Promise<void>;
}

/** An agent of a real server, with its first secret on a disk. */
async function place(desk: Desk, name: string): Promise<Placed> {
  const { id, token } = await enrollBySql(desk, name);
  const file = path.join(folder, `${name}.json`);
  writeState(file, {
    version: 1,
    server: desk.origin,
    agentId: id,
    current: { epoch: 1, token },
    next: null,
  });
  return {
    id,
    file,
    onDisk: () => readStateFile(file),
    async run() {
      const events: AgentEvent[] = [];
      const agent = await runAgent({ stateFile: file, onEvent: (event) => events.push(event) });
      const saw = (wanted: AgentEvent['event']) =>
        until(() => events.some(({ event }) => event === wanted), wanted);
      return { ...agent, events, saw, [Symbol.asyncDispose]: agent.stop };
    },
  };
}

async function until(isSo: () => boolean, what: string): Promise<void> {
  for (const end = performance.now() + 30_000; !isSo(); await sleep(10))
    if (performance.now() > end) throw new Error(`not within 30 s: ${what}`);
}

/** Runs it until it has another secret. */
async function turn(desk: Desk, { id, run }: Placed): Promise<void> {
  await using agent = await run();
  await agent.saw('connected');
  // A clock that was moved has made the server look silent.
  expect(202, await desk.ada.send(`POST /api/v1/agents/${id}/rotate`, { body: { wait: 'reconnect' } }));
  await agent.saw('rotated');
}

const statusOf = async (desk: Desk, { current }: AgentState) =>
  (await desk.send('GET /api/v1/me', { token: current.token })).status;

test('an agent whose secret expired while it was away connects, gets another, and works', async () => {
  await using desk = await openDesk();
  const placed = await place(desk, 'away');
  desk.clock.advance({ days: 20 });
  assert.equal(await statusOf(desk, placed.onDisk()), 401);
  await using agent = await placed.run();
  await agent.saw('rotated');
  assert.equal(placed.onDisk().current.epoch, 2);
  assert.equal(await statusOf(desk, placed.onDisk()), 200);
});

test('a disk that was rolled back within the grace period gets another secret by itself', async () => {
  await using desk = await openDesk();
  const placed = await place(desk, 'rolled-back');
  copyFileSync(placed.file, `${placed.file}.snapshot`);
  await turn(desk, placed);
  copyFileSync(`${placed.file}.snapshot`, placed.file);
  assert.equal(placed.onDisk().current.epoch, 1);
  await using agent = await placed.run();
  await agent.saw('rotated');
  assert.equal(placed.onDisk().current.epoch, 3);
  assert.equal(await statusOf(desk, placed.onDisk()), 200);
});

test('a disk that was rolled back for longer than that is refused, and enrolls again on the same file', async () => {
  await using desk = await openDesk();
  const placed = await place(desk, 'rolled-far-back');
  copyFileSync(placed.file, `${placed.file}.snapshot`);
  await turn(desk, placed);
  copyFileSync(`${placed.file}.snapshot`, placed.file);
  desk.clock.advance({ minutes: 6 });
  await using agent = await placed.run();
  await assert.rejects(agent.ended, (error: { outcome?: string; facts?: { code?: string } }) => {
    assert.deepEqual([error.outcome, error.facts?.code], ['signedOut', 'secret_retired']);
    return true;
  });
  const { body } = expect(201, await desk.ada.send(`POST /api/v1/agents/${placed.id}/code`, { body: {} }));
  const code = textOf(body['code']);
  const again = { server: desk.origin, code, stateFile: placed.file };
  await assert.rejects(enrollAgent(again), { outcome: 'usage' });
  assert.equal((await enrollAgent({ ...again, replace: true })).epoch, 3);
  await turn(desk, placed);
  assert.equal(placed.onDisk().current.epoch, 4);
});

test('a secret that the server has lost ends the agent, and its owner learns that it waits to be enrolled', async () => {
  await using desk = await openDesk();
  const placed = await place(desk, 'restored');
  const { sql } = desk;
  await sql('delete from secrets where credential_id = $1', [placed.id]);
  await using agent = await placed.run();
  await assert.rejects(agent.ended, { outcome: 'signedOut' });
  await desk.settle();
  const rows = await sql<{ action: string }>('select action from audit_events where resource_id = $1', [
    placed.id,
  ]);
  assert.ok(
    rows.some(({ action }) => action === 'agent.lost'),
    JSON.stringify(rows),
  );
});

test('an agent that is paused while it runs says why, and does not end', async () => {
  await using desk = await openDesk();
  const placed = await place(desk, 'paused');
  await using agent = await placed.run();
  await agent.saw('connected');
  expect(
    200,
    await desk.ada.send(`POST /api/v1/agents/${placed.id}/pause`, { body: { reason: 'too loud' } }),
  );
  await agent.saw('disconnected');
  const closed = agent.events.find(({ event }) => event === 'disconnected');
  assert.ok(closed?.event === 'disconnected' && closed.code === 4001 && closed.reason === 'paused: too loud');
  await agent.saw('refused');
});

test('two rotations asked at once give one new secret', async () => {
  await using desk = await openDesk();
  const placed = await place(desk, 'twice');
  await using agent = await placed.run();
  await agent.saw('connected');
  const ask = () => desk.ada.send(`POST /api/v1/agents/${placed.id}/rotate`, { body: {} });
  for (const answer of await Promise.all([ask(), ask()])) expect(202, answer);
  await agent.saw('rotated');
  assert.equal(await statusOf(desk, placed.onDisk()), 200);
});
