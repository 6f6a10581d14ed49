import type { TrustPromise } from '#trust/promise.ts';
import { limitMs, metricsToken, openHolder, trialsOf, tryTrial } from '#trust/sealing-trials.ts';

const overdueMs = 10_000;

export const promise: TrustPromise = {
  id: 'S36-long',
  name: 'the same of sealing that stops, seen by both servers, with rows of calls that wait for real',
  threshold: `within ${(overdueMs + limitMs) / 1_000} s`,
  isFast: false,
  settings: { KEYWARD_METRICS_TOKEN: metricsToken },
  async check(stage) {
    await using holder = await openHolder(stage);
    let added = 0;
    const addRow = () => stage.ada.createToken({ name: `waits ${++added}` });
    const { servers } = stage;
    const wrong: string[] = [];
    for (const trial of trialsOf(stage, holder, addRow)) {
      const found = await tryTrial(stage, trial, { servers, withinMs: overdueMs + limitMs });
      if (found) wrong.push(found);
    }
    return { measured: wrong.length > 0 ? wrong.join('; ') : 'all seen', holds: wrong.length === 0 };
  },
  control: {
    without: 'a watch beside the sealer',
    replaced: ['sealing-is-not-watched'],
  },
};
