import type { RequestFacts, Runtime } from '#server/core/access/context.ts';
import { effectivePermissions } from '#server/core/access/permissions.ts';
import { credentialId, nameOf, type Principal, type TenantId } from '#server/core/access/principal.ts';
import type { Grant } from '#server/core/access/schema.ts';
import type { AuditAction } from '#server/core/audit/actions.ts';
import { auditRow, credentialResource, stranger } from '#server/core/audit/record.ts';
import { disableReused, tellHolder } from '#server/core/authentication/reuse.ts';
import { noteUse } from '#server/core/credential-use/last-use.ts';
import { parseSecret } from '#server/core/secrets/format.ts';
import type { FoundCredential, FoundHolder } from '#server/core/secrets/lookup.ts';
import { duringRecovery, endOfShown, isReuse, refusalOf } from '#server/core/secrets/rules.ts';
import type { CredentialRefusal } from '#server/core/secrets/schema.ts';
import { sessionEnd } from '#server/core/sessions/queries.ts';
import { AppError, tenantSuspended, type ErrorCode } from '#server/errors.ts';
import { sameHash } from '#server/secret.ts';

declare module '#server/core/access/context.ts' {
  interface Runtime {
    /** Puts a staged secret, which has just been shown, in the place of the current one. */
    promoteStaged(found: FoundCredential, request: RequestFacts): Promise<void>;
  }
}

export interface Presented {
  authorization: string | undefined;
  cookie: string | undefined;
  /** Whether this counts as use of the session. */
  isAsked: boolean;
}

const sayWhy: Record<BearerRefusal, string> = {
  token_invalid: 'This is not a token that works here. Check that it was copied whole.',
  token_revoked: 'This token was revoked. Make a new one.',
  token_expired: 'This token has expired. Make a new one.',
  secret_retired: 'This secret was replaced by a rotation. Use the one that replaced it.',
  token_disabled:
    'This token is switched off. Its owner or an admin can switch it on again; if an admin switched it off, only an admin.',
  account_deactivated: 'The account that this token belongs to is deactivated.',
  tenant_suspended: tenantSuspended().message,
  paused: 'This agent is paused. Its owner or a manager can resume it.',
  ip_not_allowed: 'This token may not be used from this address.',
};

/** Where what is said of a token is not true of a key: it has no owner. */
const sayWhyOfKey: Partial<Record<BearerRefusal, string>> = {
  token_disabled: 'This key is switched off. A manager can switch it on again.',
};

/**
 * Whoever a request acts as: a bearer token counts before a cookie, a cookie that proves nothing counts as none.
 * Throws `token_invalid`, `token_revoked`, `token_expired`, `token_disabled`, `account_deactivated`, `tenant_suspended`,
 * `ip_not_allowed`.
 */
export function authenticate(
  runtime: Runtime,
  presented: Presented,
  request: RequestFacts,
): Promise<Principal | null> {
  const bearer = readBearer(presented.authorization);
  if (bearer !== undefined) return byCredential(runtime, bearer, request);
  return presented.cookie ? bySession(runtime, presented.cookie, { ...presented, request }) : anonymous;
}

const anonymous = Promise.resolve(null);

/** The token of an `Authorization: Bearer …` header, empty when there is none behind the scheme. */
export function readBearer(authorization: string | undefined): string | undefined {
  const match = /^bearer(?:\s+(.*))?$/i.exec(authorization ?? '');
  return match ? (match[1] ?? '').trim() : undefined;
}

/** The hash of the secret that is shown, whether or not it works; undefined where nothing is that could be one. */
export function hashOfShown(runtime: Runtime, { authorization, cookie }: Presented): Buffer | undefined {
  const bearer = readBearer(authorization);
  if (bearer !== undefined) return parseSecret(bearer)?.secret.hash();
  return cookie ? runtime.sessions.hashIn(cookie) : undefined;
}

async function byCredential(runtime: Runtime, bearer: string, request: RequestFacts): Promise<Principal> {
  if (bearer === '')
    throw new AppError('token_invalid', 'No token was sent: there is nothing behind "Bearer".');
  const verdict = await checkToken(runtime, bearer, request);
  if ('principal' in verdict) return verdict.principal;
  const { refusal } = verdict;
  const ofKey = bearer.startsWith('kw_key_') ? sayWhyOfKey[refusal] : undefined;
  throw new AppError(refusal, ofKey ?? sayWhy[refusal]);
}

/** Why a bearer token is refused. */
export type BearerRefusal = CredentialRefusal | 'token_invalid';
export type Verdict = { principal: Principal } | { refusal: BearerRefusal };

/** What a service says of a token that was shown to it. */
export interface VerificationContext {
  /** The service. Tokens of other tenants are unknown to it, and nothing of it is written down there. */
  by: Principal;
  /** Where the token came from, as the service says; null where it does not. */
  address: string | null;
}

/**
 * What a token comes to at this moment, shown to us or, with `asked`, to a service. A refusal is noted; a use is noted by
 * the caller, once the call was admitted: see `noteAdmitted`.
 */
export async function checkToken(
  runtime: Runtime,
  token: string,
  request: RequestFacts,
  asked?: VerificationContext,
): Promise<Verdict> {
  const hash = parseSecret(token)?.secret.hash();
  const found = hash && (await runtime.lookup(hash));
  const isKnown = found && sameHash(found.hash, hash) && (!asked || asked.by.tenantId === found.tenantId);
  if (!isKnown) {
    noteUnknown(runtime, request, asked);
    return { refusal: 'token_invalid' };
  }
  const at = runtime.clock.now();
  const state = request.mayRecover ? duringRecovery(found, found.recoveryDays) : found;
  const refusal = refusalOf(state, at, asked ? asked.address : request.address);
  const address = asked?.address ?? request.address;
  if (!refusal) {
    if (found.isStaged) {
      await runtime.promoteStaged(found, request);
      // Its rotation may have been cancelled meanwhile: an agent that is told it works drops the one that does.
      return checkToken(runtime, token, request, asked);
    }
    runtime.recentSecrets.note(hash);
    return { principal: toPrincipal(found) };
  }
  runtime.recentSecrets.forget(hash);
  const { endpoint, userAgent: agent } = request;
  noteUse(runtime.lastUse, { credentialId: found.id, at, address, endpoint, agent, refusal });
  await noteRefusal(runtime, request, found, { code: refusal, at, asked });
  return { refusal };
}

/** Notes that a credential was used, by a call within its limits. `address`: where it was shown from. Sessions are skipped. */
export function noteAdmitted(
  runtime: Runtime,
  { origin }: Principal,
  { address, endpoint, userAgent: agent }: Pick<RequestFacts, 'address' | 'endpoint' | 'userAgent'>,
): void {
  if (origin.kind !== 'credential') return;
  const at = runtime.clock.now();
  noteUse(runtime.lastUse, { credentialId: origin.id, at, address, endpoint, agent, refusal: null });
}

/**
 * Audits a refusal, and tells the holder of one that they should know of. Rows are about the request as we saw it: what a
 * service says of the address is in their detail.
 */
async function noteRefusal(
  runtime: Runtime,
  request: RequestFacts,
  found: FoundCredential,
  { code, at, asked }: { code: ErrorCode; at: Date; asked: VerificationContext | undefined },
): Promise<void> {
  const shown = { address: asked?.address ?? request.address };
  const detail = detailOf(asked);
  noteRefused(runtime, request, found, { action: 'auth.refused', code, detail });
  if (code === 'token_expired') await tellHolder(runtime, shown, found, 'expired_in_use');
  if (code !== 'secret_retired' || !found.hasWorked || !isReuse(found, at)) return;
  noteRefused(runtime, request, found, { action: 'credential.reuse_detected', code, detail });
  await disableReused(runtime, request, found);
  await tellHolder(runtime, shown, found, 'reuse');
}

/** To whom a credential was shown, for the audit log. */
export function detailOf(asked: VerificationContext | undefined): Record<string, unknown> {
  if (!asked) return {};
  const { by, address } = asked;
  return {
    shownTo: credentialId(by) ?? by.actor.id,
    shownToName: nameOf(by),
    ...(address !== null && { claimedAddress: address }),
  };
}

async function bySession(
  runtime: Runtime,
  cookie: string,
  { isAsked, request }: { isAsked: boolean; request: RequestFacts },
): Promise<Principal | null> {
  const session = await runtime.sessions.find(cookie);
  if (!session) return null;
  // As good as none, but what needs a sign-in says why: see `requireSignedIn`.
  if (session.suspended) {
    request.isOfSuspended = true;
    return null;
  }
  runtime.recentSecrets.note(session.hash);
  if (isAsked) runtime.sessionUse.add(session.id, { hash: session.hash, at: runtime.clock.now() });
  const user = { id: session.userId, email: session.email, name: session.name, role: session.role };
  const holder = { kind: 'user', user, isPlatformAdmin: session.platformAdmin } as const;
  return {
    ...ofPerson(holder, ['*']),
    tenantId: session.tenantId as TenantId,
    tenant: { slug: session.slug, name: session.tenantName },
    origin: {
      kind: 'session',
      id: session.id,
      expiresAt: sessionEnd(session.createdAt),
      signedInAt: session.confirmedAt ?? session.createdAt,
    },
    resources: null,
  };
}

function toPrincipal(found: FoundCredential): Principal {
  const { id, kind: credentialKind, name, prefix, grant, rateLimit, holder, resources } = found;
  const ends = { expiresAt: endOfShown(found), isReplaced: found.secretEndsAt !== null };
  const known = {
    tenantId: found.tenantId as TenantId,
    tenant: found.tenant,
    origin: { kind: 'credential', id, credentialKind, name, prefix, grant, rateLimit, ...ends },
    resources,
  } as const;
  if (holder.kind === 'user') return { ...ofPerson(holder, grant), ...known };
  if (holder.kind === 'agent') {
    const { id: ownerId, role: ownerRole } = holder.owner;
    return {
      kind: 'agent',
      actor: { kind: 'agent', id, label: name },
      agent: { id, name, ownerId, ownerRole, epoch: found.epoch },
      permissions: effectivePermissions({ kind: 'agent', role: ownerRole }, grant),
      ...known,
    };
  }
  return {
    kind: 'key',
    actor: { kind: 'key', id, label: name },
    madeBy: holder.madeBy,
    permissions: effectivePermissions({ kind: 'key' }, grant),
    ...known,
  };
}

function ofPerson({ user, isPlatformAdmin }: Extract<FoundHolder, { kind: 'user' }>, grant: Grant) {
  return {
    kind: 'user',
    user,
    actor: { kind: 'user', id: user.id, label: user.email },
    permissions: effectivePermissions({ kind: 'user', role: user.role, isPlatformAdmin }, grant),
  } as const;
}

/** Puts into the audit log that a credential was shown and refused, whoever showed it; a flood of the same makes one row. */
export function noteRefused(
  runtime: Runtime,
  request: RequestFacts,
  found: FoundCredential,
  refusal: { action: AuditAction; code: ErrorCode; detail?: Record<string, unknown> },
): void {
  const facts = { request, principal: toPrincipal(found), now: runtime.clock.now };
  const resource = credentialResource(found);
  runtime.auditQueue.addRefusal(auditRow(facts, { ...refusal, outcome: 'denied', resource }));
}

/**
 * A token that is nobody's: counted by where it comes from, and nothing of it is kept. One that a service was shown is the
 * business of its tenant, and of no other.
 */
function noteUnknown(runtime: Runtime, request: RequestFacts, asked: VerificationContext | undefined): void {
  const actor = stranger(asked?.by.tenantId ?? runtime.defaultTenantId);
  const detail = detailOf(asked);
  const entry = { action: 'auth.refused', outcome: 'denied', code: 'token_invalid', actor, detail } as const;
  runtime.auditQueue.addRefusal(auditRow({ request, principal: null, now: runtime.clock.now }, entry));
}
