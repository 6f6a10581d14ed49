import { setTimeout as sleep } from 'node:timers/promises';
import { createLoadClient } from '#server/testing/load-client.ts';

/** What a load balancer is asked to do in front of several servers, and no more. */
export interface Balancer extends AsyncDisposable {
  /** Where the next request goes: to each in turn that said it is ready when it was last asked. */
  next(): string;
  isIn(origin: string): boolean;
}

/** Asks every server's `/readyz` every `everyMs`: one that does not say yes is out at once, and in again when it does. */
export async function openBalancer(origins: readonly string[], everyMs: number): Promise<Balancer> {
  const leaving = new AbortController();
  const ready = new Set<string>();
  let turn = 0;

  async function look(origin: string): Promise<void> {
    using client = createLoadClient({ timeoutMs: 1_000 });
    const outcome = await client.ask(origin, { path: '/readyz' });
    if (outcome.kind === 'answered' && outcome.status === 200) ready.add(origin);
    else ready.delete(origin);
  }

  async function watch(origin: string): Promise<void> {
    while (!leaving.signal.aborted) {
      await sleep(everyMs);
      await look(origin);
    }
  }

  await Promise.all(origins.map(look));
  const watching = origins.map(watch);
  return {
    isIn: (origin) => ready.has(origin),
    next() {
      const all = ready.size > 0 ? [...ready] : origins;
      return all[turn++ % all.length] ?? '';
    },
    async [Symbol.asyncDispose]() {
      leaving.abort();
      await Promise.all(watching);
    },
  };
}
