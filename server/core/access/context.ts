import type { Logger } from 'pino';
import type { Database, Transaction } from '#db/client.ts';
import type { Clock } from '#db/clock.ts';
import type { JobQueue } from '#db/job-queue.ts';
import type { Config } from '#server/config.ts';
import type { Principal, TenantId, UserPrincipal } from '#server/core/access/principal.ts';

/**
 * All that a server holds while it runs. What a room adds, it declares beside its implementation; `createRuntime` alone
 * imports those.
 */
export interface Runtime {
  config: Config;
  log: Logger;
  db: Database;
  clock: Clock;
  jobs: JobQueue;
  defaultTenantId: TenantId;
}

/** What is known of a request before anyone asks who made it. */
export interface RequestFacts {
  /** UUIDv7, made by us. */
  id: string;
  /** The client's IP address in canonical form, past trusted proxies. Null: unknown, since they did not say it readably. */
  address: string | null;
  userAgent: string | null;
  /** The `Cookie` header, where a browser sent one. */
  cookie?: string | undefined;
  /** A session was shown that works but for its tenant, which is suspended. */
  isOfSuspended?: true;
  /** An agent's secret that has expired may be shown here, to be replaced. */
  mayRecover?: true;
  /** What is asked for, as its door names it: `GET /api/v1/tokens/{id}`; never a path as it was sent. */
  endpoint: string;
}

/** How a command hands something to the browser that is not part of its answer. */
export interface Reply {
  setCookie(cookie: string): void;
}

/** For what has no browser to answer. */
export const noReply: Reply = { setCookie: () => {} };

/** What every command gets: who asks, from where, and the one way to change something. */
export interface Ctx<P extends Principal | null = Principal> {
  runtime: Runtime;
  request: RequestFacts;
  reply: Reply;
  principal: P;
  /** The database's clock. */
  now(): Date;
  /** Runs a change in one transaction, its audit row with it. It may run again, so it must have no effect outside of it. */
  change<T>(run: (tx: Transaction) => Promise<T>): Promise<T>;
}

export type AnyoneCtx = Ctx<Principal | null>;

/** The same where only a person may ask. */
export type PersonCtx = Ctx<UserPrincipal>;

export function createCtx<P extends Principal | null>(
  runtime: Runtime,
  parts: { request: RequestFacts; reply: Reply; principal: P },
): Ctx<P> {
  return {
    runtime,
    ...parts,
    now: () => runtime.clock.now(),
    change: (run) => runtime.db.transaction(run),
  };
}
