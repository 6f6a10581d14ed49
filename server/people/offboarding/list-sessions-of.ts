import type { PersonCtx } from '#server/core/access/context.ts';
import { listLiveSessions } from '#server/core/sessions/list-live-sessions.ts';
import type { SessionView } from '#server/core/sessions/schema.ts';
import { viewUser } from '#server/people/users/commands.ts';
import type { UserIdInput } from '#server/people/users/schema.ts';

/** Where somebody of the admin's tenant is signed in. Throws `not_found`. */
export async function listSessionsOf(ctx: PersonCtx, { id }: UserIdInput): Promise<{ items: SessionView[] }> {
  const { tenantId, origin } = ctx.principal;
  await viewUser(ctx.runtime.db, tenantId, id);
  const currentId = origin.kind === 'session' ? origin.id : undefined;
  return { items: await listLiveSessions(ctx.runtime.db, { tenantId, userId: id }, ctx.now(), currentId) };
}
