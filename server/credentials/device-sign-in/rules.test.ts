import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  assertOpen,
  canonicalUserCode,
  isUserCode,
  pollAnswer,
  shownUserCode,
  usualName,
  type PolledState,
} from '#server/credentials/device-sign-in/rules.ts';

const now = new Date('2026-11-22T09:00:00Z');
const ago = (seconds: number) => new Date(now.getTime() - seconds * 1_000);
const open: PolledState = {
  expiresAt: ago(-1),
  intervalSeconds: 5,
  polledAt: null,
  answeredAt: null,
  approved: false,
};
const approved = { answeredAt: ago(9), approved: true };

const polls: [what: string, state: Partial<PolledState>, answer: string][] = [
  ['the first is never too soon', {}, 'authorization_pending'],
  ['one after the interval is in time', { polledAt: ago(5) }, 'authorization_pending'],
  ['one that travelled faster than the one before is too', { polledAt: ago(4.6) }, 'authorization_pending'],
  ['by half a second at most', { polledAt: ago(4.5) }, 'authorization_pending'],
  ['one before is not', { polledAt: ago(4.499) }, 'slow_down'],
  ['nor is one that keeps to an interval of before', { polledAt: ago(9), intervalSeconds: 10 }, 'slow_down'],
  ['when the time is up it is over', { expiresAt: now }, 'expired_token'],
  ['also for what was approved and not collected', { ...approved, expiresAt: now }, 'expired_token'],
  ['denied is denied', { answeredAt: ago(9) }, 'access_denied'],
  ['also when the time is up', { answeredAt: ago(9), expiresAt: ago(1) }, 'access_denied'],
  ['approved is approved, and then nothing is too soon', { ...approved, polledAt: ago(0) }, 'approved'],
];
for (const [what, state, answer] of polls) {
  test(`of polls: ${what}`, () => assert.equal(pollAnswer({ ...open, ...state }, now), answer));
}

const typed: [text: string, code: string, good: boolean][] = [
  ['WDJB-MJHT', 'WDJBMJHT', true],
  [' wdjb mjht\n', 'WDJBMJHT', true],
  ['wdjbmjht', 'WDJBMJHT', true],
  ['WDJB-MJH', 'WDJBMJH', false],
  ['ADJB-MJHT', 'ADJBMJHT', false],
  ['', '', false],
];
for (const [text, code, good] of typed) {
  test(`a code is the same however it is typed: ${JSON.stringify(text)}`, () => {
    assert.equal(canonicalUserCode(text), code);
    assert.equal(isUserCode(code), good);
    if (good) assert.equal(shownUserCode(code), 'WDJB-MJHT');
  });
}

test('a code is answered once, and until its time is up', () => {
  assertOpen(open, now);
  assert.throws(() => assertOpen({ ...open, ...approved }, now), {
    code: 'code_invalid',
    message: /answered already/,
  });
  assert.throws(() => assertOpen({ ...open, expiresAt: now }, now), {
    code: 'code_invalid',
    message: /it lives for 10 minutes\. Run the command again/,
  });
});

test('what nobody named is called after its machine', () => {
  assert.deepEqual([usualName('ada-laptop'), usualName(undefined)], ['CLI on ada-laptop', 'CLI']);
});
