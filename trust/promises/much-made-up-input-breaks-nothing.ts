import { fuzz } from '#trust/fuzz.ts';
import type { TrustPromise } from '#trust/promise.ts';

const runs = 500;

export const promise: TrustPromise = {
  id: 'S15-long',
  name: `the same, ${runs} of each operation`,
  threshold: '0 answers',
  isFast: false,
  ownStage: true,
  check: (stage) => fuzz(stage, runs),
  control: {
    without: 'a look at whether a text can be kept',
    replaced: ['any-text-can-be-kept'],
    // A tenth is enough to run into it.
    flaw: (stage) => fuzz(stage, 50),
  },
};
