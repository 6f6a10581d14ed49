import type { Transaction } from '#db/client.ts';
import type { AnyoneCtx } from '#server/core/access/context.ts';
import type { TenantId } from '#server/core/access/principal.ts';
import { recordAudit } from '#server/core/audit/record.ts';
import { tallyOf } from '#server/core/lockout/throttle.ts';
import { endCodes } from '#server/core/one-time-codes/consume.ts';
import { deleteSessionById } from '#server/core/sessions/queries.ts';
import type { SignedInView } from '#server/core/sessions/schema.ts';
import { tenantSuspended } from '#server/errors.ts';
import { lockUnchanged, noteSignIn } from '#server/people/sign-in/check-password.ts';
import { markDevice } from '#server/people/sign-in/recognise.ts';
import { isTenantSuspended } from '#server/people/tenants/check-suspended.ts';
import type { UserRow } from '#server/people/users/queries.ts';

export interface StartedSession {
  user: UserRow;
  view: SignedInView;
  /** The `Set-Cookie` header, to be sent once the session is committed. */
  cookie: string;
}

/** How a person has just proved who they are. */
export interface Proof {
  user: UserRow;
  method: 'password' | 'setup' | 'invite' | 'magic' | 'oidc';
  /** Who handed them what they did it with. */
  issuedBy?: { id: string | null; label: string };
  /** When the issuer last had them prove it, where it says so; left out: now. */
  authenticatedAt?: Date | null;
}

/**
 * Signs in someone who has just proved who they are, in place of this browser's previous session.
 * Throws `login_failed` when their account changed meanwhile, `tenant_suspended`.
 */
export async function startSession(
  tx: Transaction,
  ctx: AnyoneCtx,
  { user: proved, authenticatedAt, ...signIn }: Proof,
): Promise<StartedSession> {
  await lockUnchanged(tx, proved);
  if (await isTenantSuspended(tx, proved.tenantId)) throw tenantSuspended();
  if (ctx.principal?.origin.kind === 'session') await deleteSessionById(tx, ctx.principal.origin.id);
  await noteSignIn(tx, proved, ctx.now());
  const { id, email, name, role } = proved;
  const tenantId = proved.tenantId as TenantId;
  // A person who has joined needs no invite: one left behind would let its finder choose their password.
  await endCodes(tx, { tenantId, userId: id }, 'invite', ctx.now());
  // What others tried in sessions of theirs stands in their way no longer.
  await tallyOf(ctx, 'confirms', id).reset(tx);
  const { address, userAgent } = ctx.request;
  const confirmedAt = authenticatedAt && authenticatedAt < ctx.now() ? authenticatedAt : null;
  const cookie = await ctx.runtime.sessions.start(tx, id, { tenantId, address, userAgent, confirmedAt });
  const actor = { kind: 'user', id, label: email, tenantId } as const;
  await recordAudit(tx, ctx, { action: 'auth.login', actor, detail: { ...signIn } });
  return { user: proved, cookie, view: { user: { id, email, name, role, tenantId } } };
}

/** Hands the browser its session once that is committed, and makes it one that is known to the account. */
export function admit(ctx: AnyoneCtx, { user, view, cookie }: StartedSession): SignedInView {
  ctx.reply.setCookie(cookie);
  markDevice(ctx, user);
  return view;
}
