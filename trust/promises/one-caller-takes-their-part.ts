import { exceed, fill, oneCallerSettings, starve } from '#trust/one-caller.ts';
import type { TrustPromise } from '#trust/promise.ts';

/** How long others wait is shown, and judged by S38 alone: a machine that is busy otherwise says nothing about it. */
const anyTime = Infinity;

export const promise: TrustPromise = {
  id: 'S38-sample',
  name: 'one caller takes no more than their part of calls under way, memory and look-ups, and fails no other’s call',
  threshold: '64 under way, 0 failed, ≤ 512 MB, 0 bytes after, a look-up for 5 refused calls',
  isFast: true,
  ownStage: true,
  settings: oneCallerSettings,
  async check(stage) {
    const outcomes = [
      // First: what its backends do is counted when they say so.
      await exceed(stage, { ms: 1_000 }),
      await starve(stage, { connections: 600, ms: 2_000, slowestMs: anyTime }),
      await fill(stage, { people: 10, each: 64 }),
    ];
    return {
      measured: outcomes.map(({ measured }) => measured).join('; '),
      holds: outcomes.every(({ holds }) => holds),
    };
  },
  control: [
    {
      without: 'a bound on the calls of one caller that are under way',
      replaced: ['any-number-of-calls-at-once'],
    },
    {
      without: 'a budget for all bodies',
      replaced: ['bodies-take-any-room'],
    },
  ],
};
