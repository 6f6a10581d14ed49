import assert from 'node:assert/strict';
import { randomUUIDv7 } from 'node:crypto';
import { test } from 'node:test';
import {
  addVisit,
  decideHello,
  isAlternating,
  isStuck,
  mayTry,
  rotationDueAt,
  type HelloDecision,
  type HelloState,
  type Visit,
} from '#server/credentials/rotation/rules.ts';

const now = new Date('2026-11-22T12:00:00Z');
const later = (minutes: number) => new Date(now.getTime() + minutes * 60_000);
const dayMs = 86_400_000;

const state: HelloState = {
  epoch: 4,
  nextEpoch: undefined,
  currentEpoch: 4,
  hasExpired: false,
  isDue: false,
  isStuck: false,
  open: undefined,
};
const open = (name: 'queued' | 'staged' | 'delivered' | 'persisted', epoch = 5) =>
  ({ state: name, epoch: name === 'queued' ? null : epoch, cause: 'request' }) as const;

const hellos: [what: string, change: Partial<HelloState>, decided: HelloDecision][] = [
  ['nothing is open or due', {}, { open: 'none', next: null }],
  ['it is due', { isDue: true }, { open: 'none', next: 'schedule' }],
  ['its secret has expired', { hasExpired: true, isDue: true }, { open: 'none', next: 'recovery' }],
  ['it is due and stuck', { isDue: true, hasExpired: true, isStuck: true }, { open: 'none', next: null }],
  ['a rotation waits', { open: open('queued') }, { open: 'deliver', next: null }],
  [
    'a rotation waits, and it is stuck',
    { open: open('queued'), isStuck: true },
    { open: 'deliver', next: null },
  ],
  ['its server died before it was sent', { open: open('staged') }, { open: 'supersede', next: 'request' }],
  ['it was sent and is not held', { open: open('delivered') }, { open: 'lose', next: 'request' }],
  [
    'it was sent and another is held',
    { open: open('delivered'), nextEpoch: 3 },
    { open: 'lose', next: 'request' },
  ],
  ['it was sent and is held', { open: open('delivered'), nextEpoch: 5 }, { open: 'persist', next: null }],
  ['it is on the disk and held', { open: open('persisted'), nextEpoch: 5 }, { open: 'keep', next: null }],
  ['it was on a disk that is gone', { open: open('persisted') }, { open: 'lose', next: 'request' }],
  [
    'it is held, though its server died',
    { open: open('staged'), nextEpoch: 5 },
    { open: 'persist', next: null },
  ],
  ['its disk was rolled back', { epoch: 3 }, { open: 'none', next: 'recovery' }],
  [
    'its disk was rolled back, and it is stuck',
    { epoch: 3, isStuck: true },
    { open: 'none', next: 'recovery' },
  ],
  [
    'its disk was rolled back while another was on its way',
    { epoch: 3, open: open('delivered') },
    { open: 'lose', next: 'recovery' },
  ],
  ['an epoch that is unknown is held', { nextEpoch: 9 }, { open: 'none', next: null }],
];
for (const [what, change, decided] of hellos)
  test(`what becomes of a rotation when an agent connects: ${what}`, () => {
    assert.deepEqual(decideHello({ ...state, ...change }), decided);
  });

test('what is due is spread by a tenth of the days each way, the same for the same agent', () => {
  const terms = { rotationDays: 7, overdueDays: 7 };
  const offsets = Array.from({ length: 2_000 }, () => {
    const agent = { id: randomUUIDv7(), rotateAfter: now };
    assert.deepEqual(rotationDueAt(agent, terms), rotationDueAt(agent, terms));
    return (rotationDueAt(agent, terms).getTime() - now.getTime()) / dayMs;
  });
  assert.ok(offsets.every((days) => Math.abs(days) <= 0.7));
  // Even: a quarter of them in each quarter, and far from all on one side.
  for (const [from, to] of [
    [-0.7, -0.35],
    [-0.35, 0],
    [0, 0.35],
    [0.35, 0.7],
  ] as const) {
    const share = offsets.filter((days) => days >= from && days < to).length / offsets.length;
    assert.ok(share > 0.18 && share < 0.32, `${from}: ${share}`);
  }
});

test('what is due is never so late that the secret ends first', () => {
  for (const terms of [
    { rotationDays: 30, overdueDays: 0 },
    { rotationDays: 365, overdueDays: 1 },
  ])
    for (let each = 0; each < 500; each++) {
      const due = rotationDueAt({ id: randomUUIDv7(), rotateAfter: now }, terms);
      assert.ok(due.getTime() <= now.getTime() + (terms.overdueDays / 2) * dayMs);
    }
});

const tries: [failures: number, minutesAgo: number, isCheck: boolean, may: boolean][] = [
  [0, 0, false, false],
  [0, 0, true, true],
  [1, 0.9, false, false],
  [1, 1, false, true],
  [2, 4.9, true, false],
  [2, 5, false, true],
  [3, 14.9, true, false],
  [3, 15, false, true],
  [4, 600, false, false],
  [4, 0, true, true],
];
for (const [failures, minutesAgo, isCheck, may] of tries)
  test(`after ${failures} failures, ${minutesAgo} minutes ago, ${isCheck ? 'at' : 'between'} checks, it is tried: ${may}`, () => {
    const failedAt = failures === 0 ? null : later(-minutesAgo);
    assert.equal(mayTry({ failures, failedAt }, isCheck, now), may);
  });

const failed = (failure: 'lost' | 'timeout' | 'disk_full') => ({ state: 'failed', failure }) as const;
const promoted = { state: 'promoted', failure: null } as const;
const endings: [what: string, over: Parameters<typeof isStuck>[0], stuck: boolean][] = [
  ['none', [], false],
  ['two unheard of', [failed('lost'), failed('timeout')], false],
  ['three unheard of', [failed('lost'), failed('timeout'), failed('lost')], true],
  ['one that the agent refused between', [failed('lost'), failed('disk_full'), failed('lost')], false],
  ['one that worked between', [failed('lost'), failed('lost'), promoted, failed('lost')], false],
  ['older ones do not count', [promoted, failed('lost'), failed('lost'), failed('lost')], false],
];
for (const [what, over, stuck] of endings)
  test(`rotations are stuck after three in a row that were delivered and not heard of: ${what}`, () => {
    assert.equal(isStuck(over), stuck);
  });

function visitsOf(...hosts: [host: string, minute: number, epoch?: number][]): Visit[] {
  return hosts.reduce<Visit[]>(
    (visits, [host, minute, epoch = 1]) =>
      addVisit(visits, { host, address: null, epoch, at: later(minute).toISOString() }),
    [],
  );
}
const visits: [what: string, visits: Visit[], alternate: boolean][] = [
  ['one host', visitsOf(['a', 0], ['a', 1], ['a', 2], ['a', 3]), false],
  ['a move', visitsOf(['a', 0], ['b', 1], ['b', 2]), false],
  ['there and back', visitsOf(['a', 0], ['b', 1], ['a', 2]), false],
  ['there and back and there again', visitsOf(['a', 0], ['b', 1], ['a', 2], ['b', 3]), true],
  ['after a long time on the first', visitsOf(['a', -600], ['b', 1], ['a', 2], ['b', 3]), true],
  ['more slowly', visitsOf(['a', 0], ['b', 4], ['a', 9], ['b', 15]), false],
  ['on to ever new ones', visitsOf(['a', 0], ['b', 1], ['c', 2], ['d', 3]), false],
  ['by another secret', visitsOf(['a', 0], ['b', 1], ['a', 2, 2], ['b', 3, 2]), false],
];
for (const [what, hosts, alternate] of visits)
  test(`two hosts take turns on one secret: ${what}`, () => {
    assert.equal(isAlternating(hosts, new Date(hosts.at(-1)?.at ?? now)), alternate);
  });
