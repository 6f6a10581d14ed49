import type { Ctx } from '#server/core/access/context.ts';
import { effectivePermissions } from '#server/core/access/permissions.ts';
import type { Principal } from '#server/core/access/principal.ts';
import type { Grant } from '#server/core/access/schema.ts';
import { checkToken, noteAdmitted } from '#server/core/authentication/authenticate.ts';
import { readJwt } from '#server/core/signing-keys/sign-jwt.ts';
import { findGrant, findHolder } from '#server/credentials/introspection/queries.ts';
import type { Introspection } from '#server/credentials/introspection/schema.ts';
import { wouldBeLetIn } from '#server/oversight/live-updates/hub.ts';

/** What a token, or a JWT that we gave for one, is good for at this moment. Of other tenants: not active. */
export async function introspect(ctx: Ctx, token: string): Promise<Introspection> {
  if (token.split('.').length === 3) return introspectJwt(ctx, token);
  const asked = { by: ctx.principal, address: null };
  const shown = { ...ctx.request, userAgent: null };
  const verdict = await checkToken(ctx.runtime, token, shown, asked);
  if ('refusal' in verdict) return { active: false };
  noteAdmitted(ctx.runtime, verdict.principal, shown);
  return describe(ctx, verdict.principal);
}

function describe({ runtime }: Ctx, principal: Principal): Introspection {
  const { actor, tenantId, origin, permissions } = principal;
  return {
    active: true,
    token_type: 'Bearer',
    scope: [...permissions].join(' '),
    client_id: origin.id,
    username: actor.label,
    sub: actor.id,
    iss: runtime.config.url.origin,
    tenant: tenantId,
    ...(principal.kind === 'user' && { role: principal.user.role }),
    typ: origin.kind === 'credential' ? origin.credentialKind : origin.kind,
    ...(origin.expiresAt && { exp: Math.floor(origin.expiresAt.getTime() / 1_000) }),
  };
}

/** Good by its signature, and only as long as what it was given for is good too, and for no more than that is. */
async function introspectJwt(
  { runtime, principal: { tenantId } }: Ctx,
  text: string,
): Promise<Introspection> {
  const claims = await readJwt(runtime, text);
  if (claims?.tenant !== tenantId) return { active: false };
  const { typ, client_id: id, prefix, exp, scope } = claims;
  const origin =
    typ === 'session'
      ? ({ kind: 'session', id, expiresAt: new Date(exp * 1_000) } as const)
      : ({ kind: 'credential', id, prefix: prefix ?? '' } as const);
  const found = await findHolder(runtime.db, claims);
  if (!found || !(await wouldBeLetIn(runtime, { tenantId, ...found.who, origin }))) return { active: false };
  const grant: Grant | null = typ === 'session' ? ['*'] : await findGrant(runtime.db, tenantId, id);
  // From where it is used nobody says here.
  if (!grant) return { active: false };
  const held: ReadonlySet<string> = effectivePermissions(found.holder, grant);
  const still = scope.split(' ').filter((permission) => held.has(permission));
  return { active: true, token_type: 'Bearer', ...claims, scope: still.join(' ') };
}
