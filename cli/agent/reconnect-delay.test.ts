import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ChannelEnd } from './channel.ts';
import { reconnectDelay } from './reconnect-delay.ts';

const lost = (livedMs = 0): ChannelEnd => ({ kind: 'lost', reason: '', livedMs });
const closed = (code: number, livedMs = 0): ChannelEnd => ({ kind: 'closed', code, reason: '', livedMs });
const refused = (status: number, code: string, retryAfterSeconds = 0): ChannelEnd => ({
  kind: 'refused',
  status,
  code,
  reason: '',
  retryAfterSeconds,
});
const almostOne = 1 - 2 ** -53;

const cases: [
  what: string,
  end: ChannelEnd,
  failed: number,
  least: number,
  most: number,
  attempts: number,
][] = [
  ['the first loss', lost(), 0, 0, 1, 1],
  ['the second', lost(), 1, 0, 2, 2],
  ['the fifth', lost(), 4, 0, 16, 5],
  ['the hundredth', lost(), 99, 0, 60, 100],
  ['a loss after a steady connection', lost(30_000), 50, 0, 1, 1],
  ['a loss after as long as was waited at most', lost(8_000), 4, 0, 1, 1],
  ['a loss sooner than that', lost(7_999), 4, 0, 16, 5],
  ['a server that goes away', closed(1001), 7, 0, 30, 0],
  ['a server that goes away at once', closed(1001, 5), 0, 0, 30, 0],
  ['a message too many', closed(4013), 3, 0, 8, 4],
  ['an older epoch', closed(4010), 0, 0, 1, 1],
  ['an agent that was paused or disabled', closed(4001, 99_000), 3, 0, 1, 1],
  ['a suspended tenant', closed(4003), 3, 60, 120, 3],
  // It may be its own connection from before, of which a server learned late.
  ['another connection with the same secret', closed(4009, 99_000), 5, 0, 1, 1],
  ['one after another that takes its place', closed(4009), 5, 0, 32, 6],
  ['a refusal that someone can undo', refused(403, 'paused'), 2, 60, 120, 2],
  ['an address where no channel is', refused(404, 'not_found'), 0, 60, 120, 0],
  ['a proxy with no server behind it', refused(404, ''), 3, 0, 8, 4],
  ['a server that is busy', refused(429, 'rate_limited', 10), 0, 10, 11, 1],
  ['a server that is starting', refused(503, 'unavailable'), 3, 0, 8, 4],
];

for (const [what, end, failed, least, most, attempts] of cases) {
  test(`after ${what} it waits from ${least} to ${most} s, at random`, () => {
    assert.deepEqual(reconnectDelay(end, failed, 0), { seconds: least, attempts });
    const longest = reconnectDelay(end, failed, almostOne);
    assert.ok(longest.seconds > most - 0.001 && longest.seconds <= most, String(longest.seconds));
  });
}
