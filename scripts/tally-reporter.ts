import type { TestEvent } from 'node:test/reporters';
import type { TestCounts } from './tally.ts';

/** Longer than a test may take. What is silent for so long has ended its tests, and left something open. */
const SILENCE_MS = 90_000;

/** A test reporter that writes one Tally when all is over, and ends a run that hangs. */
export default async function* tallyReporter(events: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  const hang = setTimeout(() => process.kill(process.pid, 'SIGTERM'), SILENCE_MS).unref();
  for await (const { type, data } of events) {
    hang.refresh();
    if (type !== 'test:summary' || data.file !== undefined) continue;
    const { tests, passed, skipped, todo } = data.counts;
    yield JSON.stringify({ passed, failed: tests - passed - skipped - todo } satisfies TestCounts);
  }
}
