import type { AgentPrincipal, CredentialOrigin, Principal } from '#server/core/access/principal.ts';
import type { Resources } from '#server/core/access/schema.ts';
import type { MeView } from '#server/core/sessions/schema.ts';

/** Who is asking, as they are told. */
export function whoAmI(principal: Principal): MeView {
  const { tenantId, tenant, actor, origin, permissions, resources } = principal;
  return {
    user: principal.kind === 'user' ? { ...principal.user, tenantId } : null,
    agent: principal.kind === 'agent' ? agentOf(principal) : null,
    key: principal.kind === 'key' ? { id: actor.id, name: actor.label } : null,
    tenant: { id: tenantId, ...tenant },
    credential: origin.kind === 'credential' ? credentialOf(origin, resources) : null,
    session: origin.kind === 'session' ? { id: origin.id, expiresAt: origin.expiresAt.toISOString() } : null,
    permissions: [...permissions],
    resources,
  };
}

const agentOf = ({ agent: { id, name, ownerId } }: AgentPrincipal) => ({ id, name, ownerId });

function credentialOf(origin: CredentialOrigin, resources: Resources | null): MeView['credential'] {
  const { id, credentialKind: kind, name, prefix, grant: permissions, expiresAt, isReplaced } = origin;
  const ends = { expiresAt: expiresAt?.toISOString() ?? null, isReplaced };
  return { id, kind, name, prefix, permissions, resources, ...ends };
}
