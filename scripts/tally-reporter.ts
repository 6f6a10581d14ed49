import type { TestEvent } from 'node:test/reporters';
import type { Tally } from './run-tests.ts';

/** A test reporter that writes one Tally, when all is over. */
export default async function* tallyReporter(events: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  for await (const { type, data } of events) {
    if (type !== 'test:summary' || data.file !== undefined) continue;
    const { tests, passed, skipped, todo } = data.counts;
    yield JSON.stringify({ passed, failed: tests - passed - skipped - todo } satisfies Tally);
  }
}
