import { and, desc, eq, gt, inArray, lte, or, sql, type SQL } from 'drizzle-orm';
import type { Connection, Database, Pool } from '#db/client.ts';
import type { Clock } from '#db/clock.ts';
import { sessions } from '#db/schema/people.ts';
import type { WriteBehind } from '#db/write-behind.ts';
import type { TenantId } from '#server/core/access/principal.ts';
import type { Role } from '#server/core/access/schema.ts';
import { sessionLimits } from '#server/core/sessions/schema.ts';
import { AppError } from '#server/errors.ts';

declare module '#server/core/access/context.ts' {
  interface Runtime {
    sessionUse: WriteBehind<SessionUse>;
  }
}

const hour = 3_600_000;
const day = 24 * hour;

export type NewSessionRow = typeof sessions.$inferInsert;

/** When a session ends, however much it is used. */
export function sessionEnd(createdAt: Date): Date {
  return new Date(createdAt.getTime() + sessionLimits.absoluteDays * day);
}

/**
 * The prepared statement that finds sessions by the hashes of their ids: those that are neither too old nor idle for too
 * long, of people who are active, with their owners.
 */
export function findLiveSessions(pool: Pool, clock: Clock): (hashes: Buffer[]) => Promise<LiveSession[]> {
  return async (hashes) => {
    const at = clock.now();
    const { rows } = await pool.query<LiveSession>({
      name: 'find_live_sessions',
      text: liveSessions,
      values: [hashes, oldest(at), idlest(at)],
    });
    return rows;
  };
}

export interface LiveSession {
  hash: Buffer;
  id: string;
  createdAt: Date;
  lastSeenAt: Date;
  confirmedAt: Date | null;
  tenantId: string;
  userId: string;
  email: string;
  name: string;
  role: Role;
  platformAdmin: boolean;
  slug: string;
  tenantName: string;
  suspended: boolean;
}

const liveSessions = `
  select s.hash, s.id, s.created_at as "createdAt", s.last_seen_at as "lastSeenAt", s.confirmed_at as "confirmedAt",
         s.tenant_id as "tenantId", s.user_id as "userId", u.email, u.name, u.role,
         u.platform_admin as "platformAdmin", t.slug, t.name as "tenantName", t.suspended_at is not null as suspended
  from sessions s
  join users u on u.id = s.user_id
  join tenants t on t.id = s.tenant_id
  where s.hash = any ($1::bytea[]) and s.created_at > $2 and s.last_seen_at > $3
    and u.deactivated_at is null and u.deleted_at is null`;

export async function listSessionsOfUser(db: Connection, userId: string) {
  return db.select().from(sessions).where(eq(sessions.userId, userId)).orderBy(sessions.createdAt);
}

/** Whose sessions. */
export interface SessionHolder {
  tenantId: TenantId;
  userId: string;
}

const listLimit = 200;

/** Someone's sessions that still work, the one last seen first. */
export async function listLiveSessionRows(db: Connection, holder: SessionHolder, at: Date) {
  return db
    .select()
    .from(sessions)
    .where(and(heldBy(holder), gt(sessions.createdAt, oldest(at)), gt(sessions.lastSeenAt, idlest(at))))
    .orderBy(desc(sessions.lastSeenAt), desc(sessions.id))
    .limit(listLimit);
}

/** True for exactly one of those who end it at once, and only where it is that person's. */
export async function deleteSessionOf(db: Connection, holder: SessionHolder, id: string): Promise<boolean> {
  const isIt = and(heldBy(holder), eq(sessions.id, id));
  const ended = await db.delete(sessions).where(isIt).returning({ id: sessions.id });
  return ended.length > 0;
}

function heldBy({ tenantId, userId }: SessionHolder) {
  return and(eq(sessions.tenantId, tenantId), eq(sessions.userId, userId));
}

export async function insertSession(db: Connection, row: NewSessionRow): Promise<void> {
  await db.insert(sessions).values(row);
}

export async function deleteSession(db: Connection, hash: Buffer): Promise<void> {
  await db.delete(sessions).where(eq(sessions.hash, hash));
}

/** True for exactly one of those who end it at once. */
export async function deleteSessionById(db: Connection, id: string): Promise<boolean> {
  const ended = await db.delete(sessions).where(eq(sessions.id, id)).returning({ id: sessions.id });
  return ended.length > 0;
}

/** False when the session has ended meanwhile. */
export async function confirmSession(db: Connection, id: string, at: Date): Promise<boolean> {
  const confirmed = await db
    .update(sessions)
    .set({ confirmedAt: at })
    .where(eq(sessions.id, id))
    .returning({ id: sessions.id });
  return confirmed.length > 0;
}

/**
 * All of someone's sessions, but for one that may be kept. Locked in the order of their ids, as `touchSessions` does. Throws
 * `unauthenticated` where the one to keep has ended meanwhile.
 */
export async function deleteSessionsOfUser(db: Connection, userId: string, keepId?: string): Promise<number> {
  const ids = await lockSessions(db, eq(sessions.userId, userId));
  // Of two sessions that end all others at once, one has to learn that it was ended.
  if (keepId !== undefined && !ids.includes(keepId))
    throw new AppError('unauthenticated', 'You were signed out a moment ago. Sign in again.');
  const others = ids.filter((id) => id !== keepId);
  await db.delete(sessions).where(sql`${sessions.id} = any(${sql.param(others)}::uuid[])`);
  return others.length;
}

/** Before several sessions change: a statement on its own locks rows in the order in which it finds them. */
async function lockSessions(db: Connection, which: SQL | undefined): Promise<string[]> {
  const rows = await db
    .select({ id: sessions.id })
    .from(sessions)
    .where(which)
    .orderBy(sessions.id)
    .for('update');
  return rows.map(({ id }) => id);
}

/** A row that is locked is left for the next time. */
export async function deleteEndedSessions(db: Connection, at: Date): Promise<void> {
  const ended = db
    .select({ hash: sessions.hash })
    .from(sessions)
    .where(or(lte(sessions.createdAt, oldest(at)), lte(sessions.lastSeenAt, idlest(at))))
    .for('update', { skipLocked: true });
  await db.delete(sessions).where(inArray(sessions.hash, ended));
}

export interface SessionUse {
  hash: Buffer;
  at: Date;
}

/** Moves `last_seen_at` forward, never back. */
export async function touchSessions(db: Database, uses: SessionUse[]): Promise<void> {
  const hashes = uses.map((use) => use.hash);
  const times = uses.map((use) => use.at.toISOString());
  await db.transaction(async (tx) => {
    await lockSessions(tx, sql`${sessions.hash} = any(${sql.param(hashes)}::bytea[])`);
    await tx.execute(sql`
      update sessions set last_seen_at = greatest(last_seen_at, seen.at)
      from unnest(${sql.param(hashes)}::bytea[], ${sql.param(times)}::timestamptz[]) as seen (hash, at)
      where sessions.hash = seen.hash`);
  });
}

function oldest(at: Date): Date {
  return new Date(at.getTime() - sessionLimits.absoluteDays * day);
}

function idlest(at: Date): Date {
  return new Date(at.getTime() - sessionLimits.idleHours * hour);
}
