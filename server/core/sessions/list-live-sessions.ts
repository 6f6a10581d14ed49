import type { Connection } from '#db/client.ts';
import { deviceOf } from '#server/core/network/device-of.ts';
import { listLiveSessionRows, sessionEnd, type SessionHolder } from '#server/core/sessions/queries.ts';
import type { SessionView } from '#server/core/sessions/schema.ts';

/** Where a person is signed in, the last seen first. `currentId`: the session that asks. */
export async function listLiveSessions(
  db: Connection,
  holder: SessionHolder,
  at: Date,
  currentId?: string,
): Promise<SessionView[]> {
  const rows = await listLiveSessionRows(db, holder, at);
  return rows.map(({ id, userAgent, address, createdAt, lastSeenAt }) => ({
    id,
    device: deviceOf(userAgent),
    userAgent,
    address,
    createdAt: createdAt.toISOString(),
    lastSeenAt: lastSeenAt.toISOString(),
    expiresAt: sessionEnd(createdAt).toISOString(),
    isCurrent: id === currentId,
  }));
}
