import { createCtx, noReply, type RequestFacts } from '#server/access/context.ts';
import { effectivePermissions } from '#server/access/permissions.ts';
import type { Principal, TenantId, UserPrincipal } from '#server/access/principal.ts';
import { auditRow, stranger } from '#server/audit/record.ts';
import type { AuditAction } from '#server/audit/schema.ts';
import { parseSecret } from '#server/credentials/format.ts';
import { noteUse } from '#server/credentials/last-use.ts';
import type { FoundCredential } from '#server/credentials/lookup.ts';
import { answerReuse, tellOwner } from '#server/credentials/reuse.ts';
import { isReuse, refusalOf } from '#server/credentials/rules.ts';
import { sameHash } from '#server/credentials/secret.ts';
import { AppError, type ErrorCode } from '#server/errors.ts';
import type { Runtime } from '#server/runtime.ts';
import { sessionEnd } from '#server/sessions/queries.ts';

export interface Presented {
  authorization: string | undefined;
  cookie: string | undefined;
  /** Whether this counts as use of the session. */
  isAsked: boolean;
}

const sayWhy: Partial<Record<ErrorCode, string>> = {
  token_invalid: 'This is not a token that works here. Check that it was copied whole.',
  token_revoked: 'This token was revoked. Make a new one.',
  token_expired: 'This token has expired. Make a new one.',
  secret_retired: 'This secret was replaced by a rotation. Use the one that replaced it.',
  token_disabled:
    'This token is switched off. Its owner or an admin can switch it on again; if an admin switched it off, only an admin.',
  account_deactivated: 'The account that this token belongs to is deactivated.',
  ip_not_allowed: 'This token may not be used from this address.',
};

/**
 * Whoever a request acts as: a bearer token counts before a cookie, a cookie that proves nothing counts as none.
 * Throws `token_invalid`, `token_revoked`, `token_expired`, `token_disabled`, `account_deactivated`, `ip_not_allowed`.
 */
export async function authenticate(
  runtime: Runtime,
  presented: Presented,
  request: RequestFacts,
): Promise<Principal | null> {
  const bearer = readBearer(presented.authorization);
  if (bearer !== undefined) return byCredential(runtime, bearer, request);
  return presented.cookie ? bySession(runtime, presented.cookie, presented.isAsked) : null;
}

/** The token of an `Authorization: Bearer …` header, empty when there is none behind the scheme. */
export function readBearer(authorization: string | undefined): string | undefined {
  const match = /^bearer(?:\s+(.*))?$/i.exec(authorization ?? '');
  return match ? (match[1] ?? '').trim() : undefined;
}

async function byCredential(runtime: Runtime, bearer: string, request: RequestFacts): Promise<Principal> {
  if (bearer === '')
    throw new AppError('token_invalid', 'No token was sent: there is nothing behind "Bearer".');
  const verdict = await checkToken(runtime, bearer, request);
  if ('principal' in verdict) return verdict.principal;
  throw new AppError(verdict.refusal, sayWhy[verdict.refusal] ?? 'This token is refused.');
}

export type Verdict = { principal: UserPrincipal } | { refusal: ErrorCode };

/** What a service says of a token that was shown to it. */
export interface Asked {
  /** Tokens of other tenants are unknown to whoever asks. */
  tenantId: TenantId;
  /** Where the token came from, as the service says; null where it does not. */
  address: string | null;
  /** What the service is called: a refusal is written down with it. */
  shownTo: string;
}

/** What a token comes to at this moment, shown to us or, with `asked`, to a service. Its use is noted either way. */
export async function checkToken(
  runtime: Runtime,
  token: string,
  request: RequestFacts,
  asked?: Asked,
): Promise<Verdict> {
  const hash = parseSecret(token)?.secret.hash();
  const found = hash && (await runtime.lookup(hash));
  const detail = asked ? { shownTo: asked.shownTo } : {};
  const isKnown = found && sameHash(found.hash, hash) && (!asked || asked.tenantId === found.tenantId);
  if (!isKnown) {
    noteUnknown(runtime, request, detail);
    return { refusal: 'token_invalid' };
  }
  const at = runtime.clock.now();
  const refusal = refusalOf(found, at, asked ? asked.address : request.address);
  const shown = asked?.address ? { ...request, address: asked.address } : request;
  const { address, endpoint, userAgent: agent } = shown;
  noteUse(runtime.lastUse, {
    credentialId: found.id,
    at,
    address,
    endpoint,
    agent,
    refusal: refusal ?? null,
  });
  if (!refusal) return { principal: toPrincipal(found) };
  await noteRefusal(runtime, shown, found, { code: refusal, at, detail });
  return { refusal };
}

/** Audits a refusal, and tells the owner of one that they should know of. */
async function noteRefusal(
  runtime: Runtime,
  request: RequestFacts,
  found: FoundCredential,
  { code, at, detail }: { code: ErrorCode; at: Date; detail: Record<string, unknown> },
): Promise<void> {
  noteRefused(runtime, request, found, { action: 'auth.refused', code, detail });
  if (code === 'token_expired') await tellOwner(runtime, request, found, 'expired_in_use');
  if (code !== 'secret_retired' || !isReuse(found, at)) return;
  noteRefused(runtime, request, found, { action: 'credential.reuse_detected', code, detail });
  await answerReuse(runtime, request, found);
}

async function bySession(runtime: Runtime, cookie: string, isAsked: boolean): Promise<Principal | null> {
  const session = await runtime.sessions.find(cookie);
  if (!session) return null;
  if (isAsked) runtime.sessionUse.add(session.id, { hash: session.hash, at: runtime.clock.now() });
  return {
    kind: 'user',
    tenantId: session.tenantId as TenantId,
    user: { id: session.userId, email: session.email, name: session.name, role: session.role },
    origin: {
      kind: 'session',
      id: session.id,
      expiresAt: sessionEnd(session.createdAt),
      signedInAt: session.confirmedAt ?? session.createdAt,
    },
    permissions: effectivePermissions(session.role, ['*']),
  };
}

function toPrincipal(found: FoundCredential): UserPrincipal {
  const { id, kind: credentialKind, name, prefix, grant, expiresAt, rateLimit } = found;
  return {
    kind: 'user',
    tenantId: found.tenantId as TenantId,
    user: found.owner,
    origin: { kind: 'credential', id, credentialKind, name, prefix, grant, expiresAt, rateLimit },
    permissions: effectivePermissions(found.owner.role, grant),
  };
}

/** Puts into the audit log that a credential was shown and refused, whoever showed it; a flood of the same makes one row. */
export function noteRefused(
  runtime: Runtime,
  request: RequestFacts,
  found: FoundCredential,
  refusal: { action: AuditAction; code: ErrorCode; detail?: Record<string, unknown> },
): void {
  const ctx = createCtx(runtime, { request, principal: toPrincipal(found), reply: noReply });
  const resource = { type: 'token', id: found.id, label: found.name };
  runtime.auditQueue.addRefusal(auditRow(ctx, { ...refusal, outcome: 'denied', resource }));
}

/** A token that is nobody's: counted by where it comes from, and nothing of it is kept. */
function noteUnknown(runtime: Runtime, request: RequestFacts, detail: Record<string, unknown>): void {
  const ctx = createCtx(runtime, { request, principal: null, reply: noReply });
  const actor = stranger(runtime.defaultTenantId);
  const entry = { action: 'auth.refused', outcome: 'denied', code: 'token_invalid', actor, detail } as const;
  runtime.auditQueue.addRefusal(auditRow(ctx, entry));
}
