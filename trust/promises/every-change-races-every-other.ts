import { everyProcedure } from '#trust/calls.ts';
import type { TrustPromise } from '#trust/promise.ts';
import { raceAll, type Gate, type Race } from '#trust/races.ts';

const gates: Gate[] = ['none', 'users', 'credentials'];

export const promise: TrustPromise = {
  id: 'S37-long',
  name: `every change raced with every other, ${gates.length} times each, ends as one after the other`,
  threshold: '0 races go wrong, 0 deadlocks',
  isFast: false,
  ownStage: true,
  check(stage) {
    const names = everyProcedure('mutation');
    const races = names.flatMap((one, at) =>
      names.slice(at).map((other): Race => ({ pair: [one, other], gates })),
    );
    return raceAll(stage, races);
  },
  control: {
    without: 'the lock on a person who is looked at before something is written',
    replaced: ['people-are-not-locked'],
  },
};
