import { setTimeout as sleep } from 'node:timers/promises';
import type { Outcome, Sabotage, TrustPromise } from './promise.ts';
import type { Result } from './report.ts';
import { changesOf, sabotageSettings } from './sabotage.ts';
import { openStage, type Stage } from './stage.ts';

/** So long that only what hangs meets them, on a busy machine too. */
const limitMinutes = { fast: 3, slow: 15 };

/** Asks whether a promise holds, on the stage given or on one of its own. A check that throws has failed. */
export function checkPromise(promise: TrustPromise, shared: () => Promise<Stage>): Promise<Result> {
  return measure(promise, undefined, async () => {
    if (!needsOwnStage(promise)) return promise.check(await shared());
    await using stage = await openStage(promise);
    return await promise.check(stage);
  });
}

export const needsOwnStage = ({ ownStage, ownPostgres, settings }: TrustPromise) =>
  ownStage === true || ownPostgres === true || settings !== undefined;

/** Takes a defence away and asks again: the promise must not hold then. A control that throws shows nothing, and has failed. */
export function runControl(promise: TrustPromise, control: Sabotage): Promise<Result> {
  return measure(promise, control.without, async () => {
    const settings = { ...promise.settings, ...sabotageSettings(changesOf(control)) };
    await using stage = await openStage({ ...promise, settings });
    if ('sql' in control) await stage.sql(control.sql);
    return await ('flaw' in control ? control.flaw(stage) : promise.check(stage));
  });
}

async function measure(
  promise: TrustPromise,
  without: string | undefined,
  run: () => Promise<Outcome>,
): Promise<Result> {
  const started = performance.now();
  const answer = await withinLimit(promise, run()).catch((error: unknown) => error);
  const seconds = (performance.now() - started) / 1_000;
  const told = { promise, seconds, ...(without !== undefined && { without }) };
  if (!isOutcome(answer)) return { ...told, measured: `it threw: ${describe(answer)}`, isAsItMust: false };
  return { ...told, measured: answer.measured, isAsItMust: answer.holds === (without === undefined) };
}

const isOutcome = (answer: unknown): answer is Outcome =>
  typeof answer === 'object' && answer !== null && 'holds' in answer;

const describe = (error: unknown) =>
  error instanceof Error ? (error.stack ?? error.message) : String(error);

/** One that hangs must not keep the others. */
async function withinLimit<T>({ isFast }: TrustPromise, running: Promise<T>): Promise<T> {
  const minutes = isFast ? limitMinutes.fast : limitMinutes.slow;
  const waiting = new AbortController();
  const late = sleep(minutes * 60_000, undefined, { signal: waiting.signal }).then(() => {
    throw new Error(`It was not done after ${minutes} minutes.`);
  });
  late.catch(() => {});
  return Promise.race([running, late]).finally(() => waiting.abort());
}
