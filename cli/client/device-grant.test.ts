import assert from 'node:assert/strict';
import { test } from 'node:test';
import { waitForToken, type PollAnswer } from './device-grant.ts';
import { CliError } from './errors.ts';

const error = (name: string): PollAnswer => ({ kind: 'error', error: name });
const silence: PollAnswer = { kind: 'silence', fault: new CliError('unreachable', 'nothing there') };
const granted: PollAnswer = { kind: 'granted', token: { access_token: 'kw_pat_x' } };

/** Answers in turn, and the pauses that were made between. */
async function wait(
  answers: PollAnswer[],
  code: { expires_in: number; interval?: number } = { expires_in: 600, interval: 5 },
) {
  const pauses: number[] = [];
  const poll = async () => answers.shift() ?? error('authorization_pending');
  const sleep = async (seconds: number) => void pauses.push(seconds);
  const result = await waitForToken({ code, poll, sleep }).catch((thrown: unknown) => thrown);
  return { pauses, result };
}

test('it asks every interval, five seconds later each time for slow_down, and goes on so', async () => {
  const { pauses, result } = await wait([
    error('authorization_pending'),
    error('slow_down'),
    error('authorization_pending'),
    error('slow_down'),
    granted,
  ]);
  assert.deepEqual(pauses, [5, 5, 10, 10, 15]);
  assert.deepEqual(result, { access_token: 'kw_pat_x' });
});

test('without an interval it is five seconds', async () => {
  assert.deepEqual((await wait([granted], { expires_in: 600 })).pauses, [5]);
});

test('numbers that no server in its senses says are not waited by', async () => {
  const said = (interval: unknown, expires_in: unknown = 600) =>
    wait([granted], { expires_in, interval } as { expires_in: number; interval: number });
  for (const interval of [0, -5, NaN, '5', null, {}]) assert.deepEqual((await said(interval)).pauses, [5]);
  assert.deepEqual((await said(1e9)).pauses, [60]);
  const forever = await wait([], { expires_in: 1e12, interval: 60 });
  assert.equal(forever.pauses.length, 60);
  assert.deepEqual((await said(5, 'never')).pauses, [5]);
});

test('after silence it waits twice as long each time, and as before once the server is back', async () => {
  assert.deepEqual(
    (await wait([silence, silence, error('authorization_pending'), granted])).pauses,
    [5, 10, 20, 5],
  );
});

test('it gives up when the code has run out, was refused, or is none', async () => {
  assert.deepEqual((await wait([], { expires_in: 12, interval: 5 })).pauses, [5, 5]);
  const outcomes = [
    ['expired_token', /ran out/],
    ['access_denied', /refused in the browser/],
    ['invalid_grant', /invalid_grant/],
  ] as const;
  for (const [name, message] of outcomes) {
    const { result } = await wait([error(name)]);
    assert.ok(result instanceof CliError && result.outcome === 'refused');
    assert.match(result.message, message);
  }
  assert.equal(
    (await wait([silence, silence], { expires_in: 12, interval: 5 })).result,
    (silence as { fault: CliError }).fault,
  );
});
