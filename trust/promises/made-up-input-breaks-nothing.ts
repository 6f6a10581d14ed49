import { fuzz } from '#trust/fuzz.ts';
import type { TrustPromise } from '#trust/promise.ts';

const runs = 10;

export const promise: TrustPromise = {
  id: 'S15',
  name: `input made up from the OpenAPI document, ${runs} of each operation, is answered as the document says`,
  threshold: '0 answers',
  isFast: true,
  ownStage: true,
  check: (stage) => fuzz(stage, runs),
  control: {
    without: 'telling what is wrong with an input from a fault of ours',
    replaced: ['refusals-are-faults'],
  },
};
