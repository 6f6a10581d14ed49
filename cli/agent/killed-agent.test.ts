import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, watch } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { ensureCliBuilt } from '#scripts/build-cli.mjs';
import { enrollAgent } from '#server/testing/agents.ts';
import { bareEnvironment } from '#server/testing/bare-environment.ts';
import { openDesk } from '#server/testing/desk.ts';
import { expect } from '#server/testing/person.ts';
import { openScriptedChannel, type ScriptedChannel } from '#server/testing/scripted-channel.ts';
import { readStateFile, writeState } from './state-file.ts';

await ensureCliBuilt();
const program = new URL('../../out-cli/keyward.mjs', import.meta.url).pathname;

interface Machine extends AsyncDisposable {
  channel: ScriptedChannel;
  file: string;
  /** Starts the agent and waits until it is connected. */
  start(): Promise<ChildProcess>;
  /** All that it has printed. */
  printed(): string;
}

async function openMachine(): Promise<Machine> {
  const channel = await openScriptedChannel();
  const home = mkdtempSync(path.join(tmpdir(), 'keyward-killed-'));
  const file = path.join(home, 'agent.json');
  const { origin: server, agentId, first: current } = channel;
  writeState(file, { version: 1, server, agentId, current, next: null });
  let printed = '';
  let running: ChildProcess | undefined;
  return {
    channel,
    file,
    printed: () => printed,
    async start() {
      const env = { ...bareEnvironment(), HOME: home };
      const child = spawn(process.execPath, [program, 'agent', 'run', '--state', file], { env });
      running = child;
      const heard = channel.hellos.length;
      for (const stream of [child.stdout, child.stderr])
        stream.on('data', (chunk: Buffer) => (printed += chunk.toString()));
      await until(() => channel.hellos.length > heard || child.exitCode !== null);
      assert.equal(child.exitCode, null, printed);
      return child;
    },
    async [Symbol.asyncDispose]() {
      running?.kill('SIGKILL');
      await channel[Symbol.asyncDispose]();
      rmSync(home, { recursive: true, force: true });
    },
  };
}

async function until(isSo: () => boolean): Promise<void> {
  for (const end = performance.now() + 30_000; !isSo(); await sleep(5))
    if (performance.now() > end) throw new Error('not within 30 s');
}

async function kill(child: ChildProcess): Promise<void> {
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}

/** What the disk holds is whole, and one of its secrets works. */
function assertUsable({ channel, file }: Machine): void {
  const { current, next } = readStateFile(file);
  assert.ok([current, next].some((secret) => secret && channel.isGood(secret.token)));
}

/** Resolves at the first event of a file in the folder of the state. */
function fileEvent(file: string, name: string): Promise<unknown> {
  return new Promise((resolve) => {
    const watching = watch(path.dirname(file), (_, found) => {
      if (found !== name) return;
      watching.close();
      resolve(undefined);
    });
  });
}

const moments: [moment: string, reach: (machine: Machine) => Promise<unknown>][] = [
  ['before the new secret has arrived', async ({ channel }) => channel.rotate()],
  [
    'while the draft is written',
    async ({ channel, file }) => {
      const seen = fileEvent(file, 'agent.json.tmp');
      channel.rotate();
      await seen;
    },
  ],
  [
    'at the rename',
    async ({ channel, file }) => {
      const seen = fileEvent(file, 'agent.json');
      channel.rotate();
      await seen;
    },
  ],
  [
    'before the server was asked about the new secret',
    async ({ channel }) => {
      let isAsked = false;
      channel.refuse = (what) =>
        what === 'me' && (isAsked = true) ? { status: 503, code: '', isLost: true } : undefined;
      channel.rotate();
      await until(() => isAsked);
    },
  ],
  [
    'after the server took the new secret, whose answer was lost',
    async ({ channel }) => {
      let isAsked = false;
      channel.refuse = (what, token) => {
        if (what !== 'me') return undefined;
        channel.use(token);
        isAsked = true;
        return { status: 503, code: '', isLost: true };
      };
      channel.rotate();
      await until(() => isAsked);
    },
  ],
  [
    'once all is over',
    async ({ channel }) => {
      channel.rotate();
      await until(() => channel.told.length > 0);
    },
  ],
];

for (const [moment, reach] of moments) {
  test(`an agent that is killed ${moment} goes on with a secret that works`, async () => {
    await using machine = await openMachine();
    const { channel } = machine;
    const child = await machine.start();
    await reach(machine);
    await kill(child);
    assertUsable(machine);
    channel.refuse = undefined;
    await machine.start();
    assertUsable(machine);
    channel.rotate();
    await until(() => channel.told.length > 0 && channel.isGood(readStateFile(machine.file).current.token));
    assert.doesNotMatch(machine.printed(), /kw_agt_/);
  });
}

test('an agent that is killed at any moment, again and again, never has to be enrolled again', async () => {
  await using machine = await openMachine();
  const { channel } = machine;
  for (let round = 0; round < 8; round++) {
    const child = await machine.start();
    const answered = channel.answers.length;
    channel.rotate();
    // However slow the machine is, every other round gets as far as the disk.
    if (round % 2 === 0) await until(() => channel.answers.length > answered);
    await sleep(Math.random() * 40);
    await kill(child);
    assertUsable(machine);
  }
  await machine.start();
  assert.ok(readStateFile(machine.file).current.epoch > 4);
});

test('an agent of a real server that is killed again and again calls with what is on its disk', async () => {
  await using desk = await openDesk();
  const { id, token } = await enrollAgent(desk);
  const home = mkdtempSync(path.join(tmpdir(), 'keyward-killed-'));
  const file = path.join(home, 'agent.json');
  writeState(file, {
    version: 1,
    server: desk.origin,
    agentId: id,
    current: { epoch: 1, token },
    next: null,
  });
  const env = { ...bareEnvironment(), HOME: home };
  try {
    for (let round = 0; round < 6; round++) {
      const child = spawn(process.execPath, [program, 'agent', 'run', '--state', file], { env });
      let said = '';
      child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
      await until(() => said.includes(' connected to '));
      expect(202, await desk.ada.send(`POST /api/v1/agents/${id}/rotate`, { body: { wait: 'reconnect' } }));
      await until(() => said.includes('a new secret came') || round % 2 === 0);
      await sleep(Math.random() * 60);
      await kill(child);
      const { current, next } = readStateFile(file);
      const answer = await desk.send('GET /api/v1/me', { token: (next ?? current).token });
      assert.equal(answer.status, 200, answer.text);
    }
    assert.ok(readStateFile(file).current.epoch > 1);
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
});
