import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { openScriptedChannel, type ScriptedChannel } from '#server/testing/scripted-channel.ts';
import type { AgentEvent, AgentState, RunningAgent } from './published.d.ts';
import { runAgent } from './run-agent.ts';
import { writeState } from './state-file.ts';

interface Stage extends AsyncDisposable {
  channel: ScriptedChannel;
  file: string;
  events: AgentEvent[];
  onDisk(): AgentState;
  /** Puts a state on the disk and runs an agent on it. */
  run(state?: Partial<AgentState>): Promise<RunningAgent>;
}

async function openStage(): Promise<Stage> {
  const channel = await openScriptedChannel();
  const folder = mkdtempSync(path.join(tmpdir(), 'keyward-agent-'));
  const file = path.join(folder, 'agent.json');
  const events: AgentEvent[] = [];
  const running: RunningAgent[] = [];
  const begun: AgentState = {
    version: 1,
    server: channel.origin,
    agentId: channel.agentId,
    current: channel.first,
    next: null,
  };
  return {
    channel,
    file,
    events,
    onDisk: () => JSON.parse(readFileSync(file, 'utf8')) as AgentState,
    async run(state = {}) {
      writeState(file, { ...begun, ...state });
      const agent = await runAgent({ stateFile: file, host: 'box', onEvent: (event) => events.push(event) });
      running.push(agent);
      return agent;
    },
    async [Symbol.asyncDispose]() {
      for (const agent of running) await agent.stop();
      await channel[Symbol.asyncDispose]();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** What an answer says of a rotation that failed. */
function failureOf({ answers }: ScriptedChannel, at: number): Record<string, string> {
  return (answers[at]?.error?.data ?? {}) as Record<string, string>;
}

async function until(isSo: () => boolean, what: string): Promise<void> {
  for (const end = performance.now() + 20_000; !isSo(); await sleep(5)) {
    if (performance.now() > end) throw new Error(`not within 20 s: ${what}`);
  }
}

test('an agent says who it is in headers and a hello, never in the address', async () => {
  await using stage = await openStage();
  const { channel } = stage;
  await stage.run();
  await until(() => channel.hellos.length === 1, 'hello');
  const [headers] = channel.upgrades;
  assert.equal(headers?.authorization, `Bearer ${channel.first.token}`);
  assert.equal(headers?.['keyward-agent'], channel.agentId);
  assert.deepEqual(channel.hellos[0], { host: 'box', version: '0.0.0-source', epoch: 1 });
});

test('a new secret is on the disk before it is confirmed, and takes the place of the old one once it works', async () => {
  await using stage = await openStage();
  const { channel } = stage;
  const seen: AgentState[] = [];
  channel.refuse = (what) => void (what === 'me' && seen.push(stage.onDisk()));
  const agent = await stage.run();
  await until(() => stage.events.length > 0, 'connected');
  const sent = channel.rotate();
  await until(() => channel.told.length === 1, 'report');
  assert.deepEqual(channel.answers, [{ rotationId: sent.rotationId, result: { status: 'persisted' } }]);
  const { rotationId, epoch, token } = sent;
  assert.deepEqual(channel.told[0], { method: 'agent.rotation_complete', params: { rotationId, epoch } });
  assert.deepEqual(seen.at(-1)?.next, { epoch, token }, 'what the disk held when the server was asked');
  assert.deepEqual(stage.onDisk().current, { epoch, token });
  assert.equal(stage.onDisk().next, null);
  assert.equal(agent.token(), token);
  assert.equal(statSync(stage.file).mode & 0o777, 0o600);
});

test('the same rotation, sent again, comes to the same outcome', async () => {
  await using stage = await openStage();
  const { channel } = stage;
  await stage.run();
  await until(channel.connected, 'connected');
  const sent = channel.rotate();
  channel.rotate(sent);
  await until(() => channel.told.length === 2, 'both reports');
  channel.rotate(sent);
  await until(() => channel.told.length === 3, 'the third report');
  assert.deepEqual(new Set(channel.told.map(({ method }) => method)), new Set(['agent.rotation_complete']));
  assert.equal(channel.answers.length, 3);
  for (const { result } of channel.answers) assert.deepEqual(result, { status: 'persisted' });
  assert.equal(stage.onDisk().current.token, sent.token);
});

test('an epoch that is not newer than the one on the disk is refused', async () => {
  await using stage = await openStage();
  const { channel } = stage;
  await stage.run();
  await until(channel.connected, 'connected');
  const old = channel.rotate();
  await until(() => channel.told.length === 1, 'the first rotation');
  const newer = channel.rotate();
  await until(() => channel.told.length === 2, 'the second rotation');
  channel.rotate(old);
  await until(() => channel.answers.length === 3, 'an answer');
  assert.match(JSON.stringify(channel.answers.at(2)), /"reason":"other".*Epoch 3 is here already/);
  assert.equal(stage.onDisk().current.token, newer.token);
});

test('where the disk takes nothing the old secret stays, the server learns why, and the next try succeeds', async () => {
  await using stage = await openStage();
  const { channel, file } = stage;
  await stage.run();
  await until(channel.connected, 'connected');
  mkdirSync(`${file}.tmp`);
  const sent = channel.rotate();
  await until(() => channel.answers.length === 1, 'an answer');
  const { text, ...data } = failureOf(channel, 0);
  assert.deepEqual(data, { rotationId: sent.rotationId, reason: 'not_writable' });
  assert.ok(text && !text.includes('kw_agt_') && text.length <= 200, String(text));
  assert.deepEqual(stage.onDisk().current, channel.first);
  rmSync(`${file}.tmp`, { recursive: true });
  channel.rotate(sent);
  await until(() => channel.told.length === 1, 'report');
  assert.equal(stage.onDisk().current.token, sent.token);
});

test('while the server does not answer, both secrets stay on the disk, and the new one is confirmed later', async () => {
  await using stage = await openStage();
  const { channel } = stage;
  await stage.run();
  await until(channel.connected, 'connected');
  let lost = 0;
  channel.refuse = (what) =>
    what === 'me' && ++lost <= 2 ? { status: 503, code: 'unavailable' } : undefined;
  const sent = channel.rotate();
  await until(() => lost === 1, 'a first try');
  assert.deepEqual([stage.onDisk().current, stage.onDisk().next?.token], [channel.first, sent.token]);
  await until(() => channel.told.length === 1, 'report');
  assert.equal(channel.told[0]?.method, 'agent.rotation_complete');
});

test('what answers in place of the server settles nothing: no 200 of a portal and no 401 of a proxy costs a secret', async () => {
  await using stage = await openStage();
  const { channel } = stage;
  const next = { epoch: 2, token: channel.rotate().token };
  for (const answer of [200, 401]) {
    channel.refuse = (what) => (what === 'me' ? { status: answer, code: '' } : undefined);
    const agent = await stage.run({ next });
    await until(() => stage.events.length > 0, 'an event');
    assert.equal(stage.events[0]?.event, 'rotated', 'the channel itself showed that it works');
    await agent.stop();
    stage.events.length = 0;
  }
});

test('a start tries the next secret first', async () => {
  await using stage = await openStage();
  const { channel } = stage;
  const { epoch, token } = channel.rotate();
  await stage.run({ next: { epoch, token } });
  await until(() => channel.hellos.length === 1, 'hello');
  assert.equal(channel.hellos[0]?.epoch, 2);
  assert.deepEqual([stage.onDisk().current.token, stage.onDisk().next], [token, null]);
});

test('a start whose next secret is unknown to the server goes on with the current one and does not claim the other', async () => {
  await using stage = await openStage();
  const { channel } = stage;
  const { epoch, token } = channel.rotate();
  channel.rotate();
  await stage.run({ next: { epoch, token } });
  await until(() => channel.hellos.length === 1, 'hello');
  assert.deepEqual(channel.hellos[0], { host: 'box', version: '0.0.0-source', epoch: 1 });
  const sent = channel.rotate();
  await until(() => channel.told.length === 1, 'report');
  assert.equal(stage.onDisk().current.token, sent.token);
});

test('a next secret of which the server has said nothing is never written over', async () => {
  await using stage = await openStage();
  const { channel } = stage;
  const { epoch, token } = channel.rotate();
  channel.refuse = (what, shown) => {
    if (what === 'me') return { status: 503, code: 'unavailable' };
    return shown === token ? { status: 401, code: '' } : undefined;
  };
  await stage.run({ next: { epoch, token } });
  await until(() => channel.hellos.length === 1, 'hello');
  assert.deepEqual([channel.hellos[0]?.epoch, channel.hellos[0]?.nextEpoch], [1, 2]);
  channel.rotate();
  await until(() => channel.answers.length === 1, 'an answer');
  assert.equal(failureOf(channel, 0)['reason'], 'busy');
  assert.equal(stage.onDisk().next?.token, token);
});

test('where the server knows the next secret, the one before is not shown: it may have been replaced', async () => {
  for (const code of ['token_disabled', 'account_deactivated', 'token_expired']) {
    await using stage = await openStage();
    const { channel } = stage;
    const { epoch, token } = channel.rotate();
    channel.refuse = () => ({ status: 401, code });
    const { ended } = await stage.run({ next: { epoch, token } });
    await Promise.race([ended.catch(() => {}), until(() => stage.events.length === 1, 'an event')]);
    assert.deepEqual(
      channel.upgrades.map(({ authorization }) => authorization),
      [`Bearer ${token}`],
    );
  }
});

test('once the server refuses every secret for good, the agent ends and says how to go on', async () => {
  await using stage = await openStage();
  stage.channel.refuse = () => ({ status: 401, code: 'token_invalid' });
  const agent = await stage.run();
  const before = readFileSync(stage.file, 'utf8');
  await assert.rejects(agent.ended, (error: Error & { outcome: string; facts: { hint: string } }) => {
    assert.equal(error.outcome, 'signedOut');
    assert.match(error.facts.hint, /^Enroll again:/);
    return true;
  });
  assert.equal(readFileSync(stage.file, 'utf8'), before);
});

test('what someone can undo does not end the agent', async () => {
  for (const refusal of [
    { status: 403, code: 'paused' },
    { status: 403, code: 'tenant_suspended' },
    { status: 401, code: 'token_disabled' },
    { status: 401, code: 'account_deactivated' },
  ]) {
    await using stage = await openStage();
    stage.channel.refuse = () => refusal;
    await stage.run();
    await until(() => stage.events.length === 1, 'an event');
    const [event] = stage.events;
    assert.ok(event?.event === 'refused' && event.code === refusal.code && event.retrySeconds >= 60);
  }
});

test('one file is for one process', async () => {
  await using stage = await openStage();
  const agent = await stage.run();
  await assert.rejects(runAgent({ stateFile: stage.file }), { outcome: 'locked' });
  await agent.stop();
  const second = await runAgent({ stateFile: stage.file });
  await second.stop();
});

test('a file that others could read is closed to them', async () => {
  await using stage = await openStage();
  await (await stage.run()).stop();
  chmodSync(stage.file, 0o644);
  const agent = await runAgent({ stateFile: stage.file });
  await agent.stop();
  assert.equal(statSync(stage.file).mode & 0o777, 0o600);
});
