import type { Logger } from 'pino';
import type { Clock } from '#db/clock.ts';
import { createTurns, type Turns } from '#db/turns.ts';
import type { McpLimits } from '#server/config.ts';
import type { Principal } from '#server/core/access/principal.ts';
import type { LetIn } from '#server/core/authentication/still-valid.ts';
import type { RpcId } from '#server/doors/mcp/read-message.ts';
import { keysOf, type Hub } from '#server/oversight/live-updates/hub.ts';

declare module '#server/core/access/context.ts' {
  interface Runtime {
    openCalls: OpenCalls;
  }
}

/** A call or a stream of `/mcp` that lasts. */
export interface OpenCall {
  principal: Principal;
  id: RpcId;
  /** When its credential was about to be looked up, by `performance.now()`. */
  since: number;
  kind: 'call' | 'listen';
  end(why: 'credential' | 'cancelled' | 'leaving'): void;
  /** What its credential reaches may have changed. */
  onChange?(): void;
}

/** What `/mcp` holds open on this server: ended with its credential, by its client, or at a stop. */
export interface OpenCalls {
  calls: Turns;
  listeners: Turns;
  /** Adds it; returns what removes it. */
  open(call: OpenCall): () => void;
  /** Ends the one call of this credential with this id; not where there are two, of which one is meant. */
  cancel(principal: Principal, id: RpcId): void;
  /** Counts an event stream; undefined where there are as many as this server holds. */
  openStream(): (() => void) | undefined;
  streams(): number;
  close(): void;
}

interface Options {
  limits: McpLimits;
  hub: Pick<Hub, 'subscribe'>;
  clock: Clock;
  log: Logger;
  isStillIn(who: LetIn): Promise<boolean>;
}

const rememberMs = 10_000;
const lookMs = 1_000;
const lookAtAllMs = 60_000;
const looksAtOnce = 8;

export function createOpenCalls({ limits, hub, clock, log, isStillIn }: Options): OpenCalls {
  const all = new Set<OpenCall>();
  const byKey = new Map<string, Set<OpenCall>>();
  const changed = createRecentKeys();
  let streams = 0;

  async function look(those: Iterable<OpenCall>): Promise<void> {
    const groups = Map.groupBy(those, ({ principal: { origin } }) => `${origin.id} ${prefixOf(origin)}`);
    await forEach(groups.values(), lookAtOne);
  }

  /** Those of one credential. */
  async function lookAtOne(calls: OpenCall[]): Promise<void> {
    const [first] = calls;
    if (!first) return;
    // While the database is away nothing new gets in either, and the hub has us look again.
    const isIn = await isStillIn(first.principal).catch((error: unknown) => {
      log.warn({ err: error }, 'an open call could not be looked at');
      return true;
    });
    for (const call of calls) if (all.has(call)) settle(call, isIn);
  }

  hub.subscribe({
    onAccess(key) {
      changed.note(key);
      void look(byKey.get(key) ?? []);
    },
    onAgent: () => {},
    onMissed: () => void look(all),
    onChange({ tenant, topics }) {
      if (!topics.includes('mcp_server')) return;
      for (const call of byKey.get(`tenant:${tenant}`) ?? []) call.onChange?.();
    },
  });

  /** No notice is sent when a credential expires. */
  function lookAtDue(): void {
    const now = clock.now().getTime();
    void look([...all].filter(({ principal: { origin } }) => endOf(origin) <= now));
  }
  const timers = [setInterval(lookAtDue, lookMs), setInterval(() => void look(all), lookAtAllMs)];
  for (const timer of timers) timer.unref();

  return {
    calls: createTurns({ perParty: limits.calls, waitingPerParty: 0, waitMs: 1_000 }),
    listeners: createTurns({ perParty: limits.listeners, waitingPerParty: 0, waitMs: 1_000 }),
    open(call) {
      const keys = keysOf(call.principal);
      all.add(call);
      for (const key of keys) byKey.set(key, (byKey.get(key) ?? new Set()).add(call));
      // What changed between the look-up and now was heard before it was here.
      if (keys.some((key) => changed.isSince(key, call.since))) void look([call]);
      return () => {
        all.delete(call);
        for (const key of keys) {
          byKey.get(key)?.delete(call);
          if (byKey.get(key)?.size === 0) byKey.delete(key);
        }
      };
    },
    cancel({ origin }, id) {
      const those = [...(byKey.get(`credential:${origin.id}`) ?? [])].filter((call) => call.id === id);
      if (those.length === 1) those[0]?.end('cancelled');
    },
    openStream() {
      if (streams >= limits.streams) return undefined;
      streams++;
      return () => void streams--;
    },
    streams: () => streams,
    close() {
      for (const timer of timers) clearInterval(timer);
      for (const call of all) if (call.kind === 'listen') call.end('leaving');
    },
  };
}

/** Some at a time: of a tenant that is suspended there may be thousands, and they are not to wait for each other. */
async function forEach<T>(items: Iterable<T>, work: (item: T) => Promise<void>): Promise<void> {
  const left = Iterator.from(items);
  const workOn = async () => {
    for (const item of left) await work(item);
  };
  await Promise.all(Array.from({ length: looksAtOnce }, workOn));
}

function settle(call: OpenCall, isIn: boolean): void {
  if (isIn) call.onChange?.();
  else call.end('credential');
}

const prefixOf = (origin: Principal['origin']) => (origin.kind === 'credential' ? origin.prefix : '');
const endOf = ({ expiresAt }: Principal['origin']) => expiresAt?.getTime() ?? Infinity;

/** Which keys of access changed in the last ten seconds. */
function createRecentKeys() {
  const at = new Map<string, number>();
  return {
    note(key: string): void {
      const now = performance.now();
      at.delete(key);
      at.set(key, now);
      for (const [oldest, time] of at) {
        if (time > now - rememberMs) break;
        at.delete(oldest);
      }
    },
    isSince: (key: string, since: number) =>
      since < performance.now() - rememberMs || (at.get(key) ?? -Infinity) >= since,
  };
}
