import assert from 'node:assert/strict';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { AgentState } from '#cli/agent/published.d.ts';
import { stageSecret } from '#server/core/secrets/replace-secret.ts';
import { openCommandLine, type Run } from '#server/testing/command-line.ts';
import { openDesk } from '#server/testing/desk.ts';
import { goodPassword } from '#server/testing/person.ts';
import { noticesOf } from '#server/testing/rotations.ts';

const desk = await openDesk();
const { ada, origin } = desk;
const { token } = await ada.createToken({ name: 'cli' });
const line = openCommandLine({ KEYWARD_SERVER: origin, KEYWARD_TOKEN: token });
after(async () => {
  line[Symbol.dispose]();
  await desk[Symbol.asyncDispose]();
});
const byPassword = `--password --email ${ada.email}`;

async function ok(args: string, stdin?: string): Promise<Run> {
  const run = await line.run(args, stdin === undefined ? {} : { stdin });
  assert.equal(run.code, 0, `${args}: ${run.stderr}`);
  return run;
}

const stateOf = (name: string) => path.join(line.home, `${name}.json`);
const onDisk = (name: string) => JSON.parse(readFileSync(stateOf(name), 'utf8')) as AgentState;

/** Makes an agent and enrolls this machine as it. */
async function enroll(name: string): Promise<AgentState> {
  const { stdout } = await ok(`agent create --name ${name} --raw ${byPassword}`, goodPassword);
  await ok(`agent enroll --state ${stateOf(name)}`, stdout);
  return onDisk(name);
}

/** Runs an agent until `work` is done or has failed, then stops it as systemd does. */
async function whileRunning(
  name: string,
  work: (run: Promise<Run>) => Promise<unknown>,
  more: string[] = [],
): Promise<Run> {
  const stop = new AbortController();
  let said = '';
  const run = line.run(['agent', 'run', '--state', stateOf(name), ...more], {
    signal: stop.signal,
    onOutput: (all) => (said = all),
  });
  try {
    await until(
      () => / connected to |"connected"/.test(said),
      () => said,
    );
    await work(run);
  } finally {
    stop.abort();
  }
  return await run;
}

async function until(isSo: () => boolean, say: () => string): Promise<void> {
  for (let waited = 0; !isSo(); waited += 20) {
    assert.ok(waited < 20_000, say());
    await sleep(20);
  }
}

test('an agent is made by password and never by a token; its code is used once', async () => {
  const order = 'agent create --name build-1 --permission profile:read --reach flow:nightly';
  const told = await line.run(order);
  assert.equal(told.code, 1);
  assert.match(told.stderr, /never by a token/);
  const { stdout: code } = await ok(`${order} --raw ${byPassword}`, goodPassword);
  assert.match(code, /^kw_set_\w+\n$/);
  const enrolled = await ok(`agent enroll --state ${stateOf('build-1')} --json`, code);
  assert.equal(enrolled.json['epoch'], 1);
  assert.equal(statSync(stateOf('build-1')).mode & 0o777, 0o600);
  const { current } = onDisk('build-1');
  assert.equal((await desk.send('GET /api/v1/me', { token: current.token })).status, 200);
  assert.ok(!line.seen().includes(current.token));

  const held = await line.run(`agent enroll --state ${stateOf('build-1')}`, { stdin: code });
  assert.equal(held.code, 2);
  assert.match(held.stderr, /holds the secret of an agent already[^]*--replace/);
  const again = await line.run(`agent enroll --state ${stateOf('other')}`, { stdin: code });
  assert.equal(again.code, 1);
  assert.match(again.stderr, /code_invalid/);
  assert.equal(existsSync(stateOf('other')), false);
});

test('a place that cannot be written costs no code', async () => {
  const { stdout: code } = await ok(`agent create --name careful --raw ${byPassword}`, goodPassword);
  writeFileSync(path.join(line.home, 'file'), '');
  const refused = await line.run(`agent enroll --state ${path.join(line.home, 'file', 'agent.json')}`, {
    stdin: code,
  });
  assert.equal(refused.code, 1);
  assert.match(refused.stderr, /The code was not used/);
  writeFileSync(path.join(line.home, 'code'), code);
  const env = { KEYWARD_CODE_FILE: path.join(line.home, 'code') };
  const enrolled = await line.run(`agent enroll --state ${stateOf('careful')}`, { env });
  assert.equal(enrolled.code, 0, enrolled.stderr);
});

test('an agent that runs is rotated by command, and the states are shown as they pass', async () => {
  const before = await enroll('turned');
  const offline = await line.run('agent rotate turned');
  assert.equal(offline.code, 1);
  assert.match(offline.stderr, /agent_offline/);
  const ran = await whileRunning('turned', async () => {
    const rotated = await ok('agent rotate turned');
    assert.match(rotated.stderr, /promoted +in use[^]*epoch 2\./);
    assert.match((await ok('agent list')).stdout, /turned +online .* 2 +in \d+ days/);
    const status = await ok(`agent status --state ${stateOf('turned')} --json`);
    assert.equal(status.json['secret'], 'works');
    const second = await line.run(`agent run --state ${stateOf('turned')}`);
    assert.equal(second.code, 3, second.stderr);
    assert.match(second.stderr, /Another process \(\d+\) runs on/);
  });
  assert.equal(ran.code, 0, 'a stop by a signal is clean');
  assert.match(
    ran.stderr,
    /connected to .*, epoch 1\n.*a new secret came, epoch 2\n.*the new secret works, epoch 2/,
  );
  assert.equal(onDisk('turned').current.epoch, 2);
  assert.ok(
    !line.seen().includes(before.current.token) && !line.seen().includes(onDisk('turned').current.token),
  );
  assert.match((await ok('agent rotate turned --wait')).stderr, /Queued for "turned"/);
});

test('an agent is paused, resumed, disabled, enabled, transferred and deleted', async () => {
  const { current } = await enroll('changed');
  const code = async () =>
    (await desk.send('GET /api/v1/me', { token: current.token })).problem?.code ?? 'ok';
  assert.equal(
    (await line.run('agent pause changed --reason busy')).code,
    2,
    'there is no terminal to ask at',
  );
  await ok('agent pause changed --reason busy --yes');
  assert.equal(await code(), 'paused');
  assert.match((await ok('agent show changed')).stdout, /Paused +.*: busy/);
  await ok('agent resume changed');
  assert.equal(await code(), 'ok');
  await ok('agent disable changed --yes');
  assert.equal(await code(), 'token_disabled');
  await ok(`agent enable changed ${byPassword}`, goodPassword);
  assert.equal(await code(), 'ok');
  const bob = await desk.join('Bob', 'member');
  await ok(`agent transfer changed ${bob.email} --yes`);
  assert.match((await ok('agent show changed')).stdout, /Owner +bob@example\.com/);
  await ok('agent delete changed --yes');
  assert.equal(await code(), 'token_revoked');
});

test('an agent whose secrets are all refused for good ends with 4, and one with a damaged file with 2', async () => {
  await enroll('lost');
  await ok('agent delete lost --yes');
  const refused = await line.run(`agent run --state ${stateOf('lost')}`);
  assert.equal(refused.code, 4);
  assert.match(refused.stderr, /token_revoked[^]*Enroll again/);
  writeFileSync(stateOf('lost'), '{"version": 1,');
  const damaged = await line.run(`agent run --state ${stateOf('lost')}`);
  assert.equal(damaged.code, 2);
  assert.match(damaged.stderr, /is damaged/);
  assert.equal(readFileSync(stateOf('lost'), 'utf8'), '{"version": 1,');
});

test('a program beside the agent finds the secret in a file, hears of a new one, and ends the agent with its code', async () => {
  await enroll('worker');
  const log = path.join(line.home, 'log');
  const worker = path.join(line.home, 'worker.mjs');
  writeFileSync(
    worker,
    `import { appendFileSync, readFileSync, statSync } from 'node:fs';
const file = process.env.KEYWARD_TOKEN_FILE;
const note = (what) => appendFileSync(${JSON.stringify(log)}, what + ' ' + readFileSync(file, 'utf8') + ' ' + (statSync(file).mode & 0o777).toString(8) + '\\n');
note('start');
const secrets = Object.values(process.env).concat(process.argv).filter((text) => text.includes('kw_agt_'));
process.on('SIGHUP', () => { note('hup'); process.exit(secrets.length === 0 ? 7 : 1); });
setInterval(() => {}, 1000);
`,
  );
  const { current } = onDisk('worker');
  const ended = await whileRunning(
    'worker',
    async (run) => {
      await until(
        () => existsSync(log),
        () => 'the program did not start',
      );
      await ok('agent rotate worker');
      await run;
    },
    ['--exec', `${process.execPath} ${worker}`],
  );
  assert.equal(ended.code, 7, ended.stderr);
  assert.equal(
    readFileSync(log, 'utf8'),
    `start ${current.token} 600\nhup ${onDisk('worker').current.token} 600\n`,
  );
  assert.equal(existsSync(`${stateOf('worker')}.token`), false);
});

// Moves the clock, by which the server then has not said for minutes that it is alive: so it is the last.
test('the status shows the server the newest secret, and not one that was replaced', async () => {
  const before = await enroll('unwritten');
  const { agentId, current } = before;
  const { secret, epoch } = await desk.runtime.db.transaction((tx) =>
    stageSecret(tx, { credentialId: agentId, kind: 'agt', rotationId: undefined }, desk.clock.now()),
  );
  const next = { epoch, token: secret.reveal() };
  assert.equal((await desk.send('GET /api/v1/me', { token: next.token })).status, 200);
  desk.clock.advance({ minutes: 10 });
  writeFileSync(stateOf('unwritten'), JSON.stringify({ ...before, current, next }));
  assert.equal((await ok(`agent status --state ${stateOf('unwritten')} --json`)).json['secret'], 'works');
  await desk.settle();
  assert.deepEqual(await noticesOf(desk, agentId), []);
});
