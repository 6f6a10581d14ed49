import type { TestEvent } from 'node:test/reporters';

/** A test reporter for runs of which only the outcome counts: it ends the process with the first test that fails. */
export default async function* failureReporter(events: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  for await (const { type, data } of events) {
    if (type !== 'test:fail' || data.todo !== undefined) continue;
    // Where this fails without a mutant, one wants to know what it was.
    process.stderr.write(`${data.name}: ${data.details.error.message}\n`);
    process.exit(1);
  }
  yield '';
}
