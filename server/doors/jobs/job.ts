import type { Runtime } from '#server/core/access/context.ts';

/** Something done later or again and again, by whichever server is free. Failing, it is tried again. */
export interface Job<Data extends object = object> {
  name: string;
  /** A cron expression, in UTC; left out: only when something adds it to the queue. */
  schedule?: string;
  /** After which it counts as failed; left out: 15 minutes. */
  longestSeconds?: number;
  run(runtime: Runtime, data: Data): Promise<void>;
}
