import type { Transaction } from '#db/client.ts';
import type { AnyoneCtx } from '#server/access/context.ts';
import type { TenantId } from '#server/access/principal.ts';
import { recordAudit } from '#server/audit/record.ts';
import type { SignedInView } from '#server/sessions/schema.ts';
import { lockUnchanged, noteSignIn } from '#server/users/check-password.ts';
import type { UserRow } from '#server/users/queries.ts';

export interface StartedSession {
  view: SignedInView;
  /** The `Set-Cookie` header, to be sent once the session is committed. */
  cookie: string;
}

/** Signs in someone who has just proved who they are. Throws `login_failed` when their account changed meanwhile. */
export async function startSession(
  tx: Transaction,
  ctx: AnyoneCtx,
  proved: UserRow,
  method: 'password' | 'setup',
): Promise<StartedSession> {
  await lockUnchanged(tx, proved);
  await noteSignIn(tx, proved, ctx.now());
  const { id, email, name, role } = proved;
  const tenantId = proved.tenantId as TenantId;
  const { address, userAgent } = ctx.request;
  const cookie = await ctx.runtime.sessions.start(tx, id, { tenantId, address, userAgent });
  const actor = { kind: 'user', id, label: email, tenantId } as const;
  await recordAudit(tx, ctx, { action: 'auth.login', actor, detail: { method } });
  return { cookie, view: { user: { id, email, name, role, tenantId } } };
}
