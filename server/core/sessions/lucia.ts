import { createHash, randomUUIDv7 } from 'node:crypto';
import { Lucia, TimeSpan, type Adapter, type DatabaseSession, type DatabaseUser } from 'lucia';
import type { Connection } from '#db/client.ts';
import type { Clock } from '#db/clock.ts';
import type { Config } from '#server/config.ts';
import type { Cookies } from '#server/core/network/cookies.ts';
import { randomBase62 } from '#server/core/secrets/format.ts';
import type { LookupOf } from '#server/core/secrets/lookup.ts';
import {
  deleteEndedSessions,
  deleteSession,
  deleteSessionsOfUser,
  insertSession,
  listSessionsOfUser,
  sessionEnd,
  type LiveSession,
} from '#server/core/sessions/queries.ts';
import { sessionLimits } from '#server/core/sessions/schema.ts';

declare module '#server/core/access/context.ts' {
  interface Runtime {
    sessions: Sessions;
  }
}

interface SessionFacts {
  tenantId: string;
  address: string | null;
  userAgent: string | null;
  /** When the person proved who they are, where that was before now. */
  confirmedAt: Date | null;
}

declare module 'lucia' {
  interface Register {
    Lucia: ReturnType<typeof createLucia>;
    DatabaseSessionAttributes: SessionFacts;
    DatabaseUserAttributes: { row: LiveSession };
  }
}

const cookieName = 'keyward_session';
/** 43 characters of base62: 256 bits. */
const idLength = 43;

export interface Sessions {
  /** Starts a session. Returns the `Set-Cookie` header that carries it; nothing else ever holds its id. */
  start(connection: Connection, userId: string, facts: SessionFacts): Promise<string>;
  /** The live session that a `Cookie` header proves, with its owner. */
  find(cookieHeader: string): Promise<LiveSession | undefined>;
  /** The hash of the id in a `Cookie` header, of a session that there is or not. */
  hashIn(cookieHeader: string): Buffer | undefined;
  /** The `Set-Cookie` header that makes a browser forget its session. */
  blankCookie(): string;
}

export interface SessionSources {
  /** Finds the sessions that are live. */
  lookup: LookupOf<LiveSession>;
  clock: Clock;
  config: Config;
  cookies: Cookies;
}

/** Browser sessions by Lucia, the ids stored as hashes only. The only file that knows Lucia. */
export function createSessions(db: Connection, sources: SessionSources): Sessions {
  const onPool = createLucia(db, sources);
  // Not by Lucia, which throws for a `%` in anybody's cookie.
  const idIn = (cookieHeader: string) => sources.cookies.read(cookieHeader, cookieName);
  return {
    async start(connection, userId, facts) {
      const lucia = createLucia(connection, sources);
      const session = await lucia.createSession(userId, facts, { sessionId: randomBase62(idLength) });
      return lucia.createSessionCookie(session.id).serialize();
    },
    async find(cookieHeader) {
      const id = idIn(cookieHeader);
      if (!id) return undefined;
      const { user } = await onPool.validateSession(id);
      return user?.row;
    },
    hashIn(cookieHeader) {
      const id = idIn(cookieHeader);
      return id === undefined ? undefined : hashOf(id);
    },
    blankCookie: () => onPool.createBlankSessionCookie().serialize(),
  };
}

function createLucia(connection: Connection, sources: SessionSources) {
  const { config, cookies } = sources;
  return new Lucia(createAdapter(connection, sources), {
    sessionExpiresIn: new TimeSpan(sessionLimits.absoluteDays, 'd'),
    sessionCookie: {
      name: cookies.nameOf(cookieName),
      attributes: { secure: config.url.protocol === 'https:', sameSite: 'lax', path: '/' },
    },
    getUserAttributes: ({ row }) => ({ row }),
  });
}

function createAdapter(connection: Connection, { lookup, clock }: SessionSources): Adapter {
  return {
    async getSessionAndUser(id) {
      const row = await lookup(hashOf(id));
      return row ? [toDatabaseSession(row, id, clock), toDatabaseUser(row)] : [null, null];
    },
    async getUserSessions(userId) {
      const rows = await listSessionsOfUser(connection, userId);
      return rows.map((row) => toDatabaseSession(row, row.hash.toString('hex'), clock));
    },
    async setSession({ id, userId, attributes }) {
      const at = clock.now();
      const moments = { createdAt: at, lastSeenAt: at };
      await insertSession(connection, {
        hash: hashOf(id),
        id: randomUUIDv7(),
        userId,
        ...moments,
        ...attributes,
      });
    },
    // Thirty days from signing in is all there is: use only holds off the idle limit, by `last_seen_at`.
    updateSessionExpiration: () => Promise.resolve(),
    deleteSession: (id) => deleteSession(connection, hashOf(id)),
    async deleteUserSessions(userId) {
      await deleteSessionsOfUser(connection, userId);
    },
    deleteExpiredSessions: () => deleteEndedSessions(connection, clock.now()),
  };
}

/** Lucia judges an expiry by this machine's clock, ours by the database's: what is handed over is the time that is left. */
function toDatabaseSession(
  row: { userId: string; tenantId: string; createdAt: Date },
  id: string,
  clock: Clock,
): DatabaseSession {
  const left = sessionEnd(row.createdAt).getTime() - clock.now().getTime();
  const attributes = { tenantId: row.tenantId, address: null, userAgent: null, confirmedAt: null };
  return { id, userId: row.userId, expiresAt: new Date(Date.now() + left), attributes };
}

function toDatabaseUser(row: LiveSession): DatabaseUser {
  return { id: row.userId, attributes: { row } };
}

function hashOf(id: string): Buffer {
  return createHash('sha256').update(id).digest();
}
