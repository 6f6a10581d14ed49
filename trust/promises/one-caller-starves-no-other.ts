import { exceed, fill, nest, oneCallerSettings, starve } from '#trust/one-caller.ts';
import type { Outcome, TrustPromise } from '#trust/promise.ts';
import type { Stage } from '#trust/stage.ts';

async function check(stage: Stage): Promise<Outcome> {
  const outcomes = [
    // First: what its backends do is counted when they say so.
    await exceed(stage, { ms: 2_000 }),
    await starve(stage, { connections: 600, ms: 5_000 }),
    await nest(stage, { connections: 12, ms: 4_000 }),
    await fill(stage, { people: 10, each: 64 }),
  ];
  return {
    measured: outcomes.map(({ measured }) => measured).join('; '),
    holds: outcomes.every(({ holds }) => holds),
  };
}

export const promise: TrustPromise = {
  id: 'S38',
  name: 'one caller keeps no other waiting, and takes no more than their part of memory and database',
  threshold: 'p99 ≤ 100 ms, ≤ 512 MB, 0 bytes after, a look-up for 5 refused calls',
  isFast: false,
  ownStage: true,
  settings: oneCallerSettings,
  check,
  control: [
    {
      without: 'database connections by turns',
      replaced: ['connections-go-by-no-turns'],
    },
    {
      without: 'a bound on the calls of one caller that are under way',
      replaced: ['any-number-of-calls-at-once'],
    },
    {
      without: 'a look at JSON before it is parsed',
      replaced: ['any-json-is-parsed'],
    },
    {
      without: 'a budget for all bodies',
      replaced: ['bodies-take-any-room'],
    },
    {
      without: 'a refusal before anything is looked up',
      replaced: ['spent-buckets-are-looked-up'],
    },
  ],
};
