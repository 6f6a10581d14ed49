import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { DatabaseAddress } from '#db/address.ts';
import { beginSession, connectionConfig } from '#db/client.ts';

export interface Listener {
  /** Whether what the database says is heard at this moment, as far as can be known. */
  isHearing(): boolean;
  /** Resolves once it is; false when that takes longer than two seconds. */
  hears(): Promise<boolean>;
  close(): Promise<void>;
}

export interface ListenerOptions {
  address: DatabaseAddress;
  channels: readonly string[];
  onMessage: (channel: string, payload: string) => void;
  /** Nothing is heard from now on. */
  onDeaf: (error: Error) => void;
  /** It is heard again; what was said meanwhile is lost. */
  onHearingAgain: () => void;
}

const probeEveryMs = 2_000;
const probeTimeoutMs = 1_000;
const retryMs = 500;

/**
 * Hears what the database says (LISTEN), on a connection of its own. Such a connection can die without a word, so it is
 * asked for a sign of life every two seconds and opened anew when none comes within one. Not through a PgBouncer that
 * pools transactions: there, the first probe finds that it hears nothing of itself.
 */
export function createListener(options: ListenerOptions): Listener {
  const closing = new AbortController();
  let hearing = false;
  let hasHeard = false;
  let current: pg.Client | undefined;
  let heard = Promise.withResolvers<void>();

  function startHearing(): void {
    hearing = true;
    heard.resolve();
    if (hasHeard) options.onHearingAgain();
    hasHeard = true;
  }

  async function keep(): Promise<void> {
    while (!closing.signal.aborted) {
      await listenOnce().catch((error: unknown) => {
        if (!closing.signal.aborted) options.onDeaf(error as Error);
      });
      if (hearing) heard = Promise.withResolvers();
      hearing = false;
      await sleep(retryMs, undefined, { signal: closing.signal, ref: false }).catch(() => {});
    }
  }

  /** Rejects when the connection is lost. */
  async function listenOnce(): Promise<void> {
    const client = new pg.Client({ ...connectionConfig(options.address), query_timeout: probeTimeoutMs });
    const lost = new Promise<never>((_, reject) => {
      client.on('error', reject);
      client.on('end', () => reject(new Error('the connection that listens has ended')));
    });
    lost.catch(() => {});
    try {
      await client.connect();
      current = client;
      await beginSession(client);
      const echo = `keyward_probe_${randomBytes(8).toString('hex')}`;
      let echoes = 0;
      client.on('notification', ({ channel, payload }) => {
        if (channel === echo) echoes++;
        else options.onMessage(channel, payload ?? '');
      });
      for (const channel of [...options.channels, echo]) await client.query(`listen ${channel}`);
      for (;;) {
        const before = echoes;
        await Promise.race([client.query(`notify ${echo}`), lost]);
        if (echoes === before)
          throw new Error(
            'nothing is heard of what is said (a PgBouncer that pools transactions passes on no LISTEN)',
          );
        if (!hearing) startHearing();
        await Promise.race([sleep(probeEveryMs, undefined, { ref: false, signal: closing.signal }), lost]);
      }
    } finally {
      current = undefined;
      // A connection that does not answer would not answer this either.
      void client.end().catch(() => {});
    }
  }

  const kept = keep();
  return {
    isHearing: () => hearing,
    hears: () => Promise.race([heard.promise.then(() => true), sleep(2_000, false, { ref: false })]),
    async close() {
      closing.abort();
      await current?.end().catch(() => {});
      await kept;
    },
  };
}
