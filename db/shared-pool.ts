import type pg from 'pg';
import { currentParty, type Release, type Turns } from '#db/turns.ts';

type Connected = (
  error: Error | undefined,
  client?: pg.PoolClient,
  release?: pg.PoolClient['release'],
) => void;

/**
 * Has the connections of a pool go by turns of the parties that work: `pg` hands them out in the order in which they were
 * asked for, so that who asks for hundreds at once has all others wait behind them. Where nothing moves, waiting for a turn
 * and for the connection itself take `waitMs` together.
 */
export function shareByTurns(pool: pg.Pool, turns: Turns, waitMs: number): void {
  const connect = pool.connect.bind(pool) as () => Promise<pg.PoolClient>;
  const releases = new WeakMap<pg.PoolClient, Release>();
  pool.on('release', (_, client) => releases.get(client)?.());

  async function connectInTurn(): Promise<pg.PoolClient> {
    const taking = turns.take(currentParty().key);
    if (!(taking instanceof Promise)) return connectHolding(taking);
    const started = performance.now();
    const release = await taking;
    const waited = performance.now() - started;
    return within(waited < waitMs ? waitMs - waited : waitMs, connectHolding(release));
  }

  async function connectHolding(release: Release): Promise<pg.PoolClient> {
    try {
      const client = await connect();
      releases.set(client, release);
      return client;
    } catch (error) {
      release();
      throw error;
    }
  }

  async function callWhenConnected(callback: Connected): Promise<void> {
    const [outcome] = await Promise.allSettled([connectInTurn()]);
    if (outcome.status === 'rejected') callback(outcome.reason as Error);
    else callback(undefined, outcome.value, outcome.value.release);
  }

  function connectOrCall(): Promise<pg.PoolClient>;
  function connectOrCall(callback: Connected): void;
  function connectOrCall(callback?: Connected): Promise<pg.PoolClient> | void {
    if (!callback) return connectInTurn();
    void callWhenConnected(callback);
  }
  pool.connect = connectOrCall as typeof pool.connect;
}

/** What comes later all the same goes back at once. */
async function within(ms: number, connecting: Promise<pg.PoolClient>): Promise<pg.PoolClient> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    late.reject(new Error('timeout while waiting for a connection'));
    connecting.then(
      (client) => client.release(),
      () => {},
    );
  }, ms);
  try {
    return await Promise.race([connecting, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
