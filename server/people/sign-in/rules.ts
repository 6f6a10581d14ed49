import type { Principal } from '#server/core/access/principal.ts';
import type { MeView } from '#server/core/sessions/schema.ts';
import { AppError } from '#server/errors.ts';

/** Who is asking, as they are told. */
export function whoAmI({ tenantId, user, origin, permissions }: Principal): MeView {
  return {
    user: { ...user, tenantId },
    agent: null,
    credential: origin.kind === 'credential' ? credentialOf(origin) : null,
    session: origin.kind === 'session' ? { id: origin.id, expiresAt: origin.expiresAt.toISOString() } : null,
    permissions: [...permissions],
  };
}

function credentialOf(origin: Extract<Principal['origin'], { kind: 'credential' }>): MeView['credential'] {
  const { id, credentialKind: kind, name, prefix, grant: permissions, expiresAt } = origin;
  return { id, kind, name, prefix, permissions, expiresAt: expiresAt?.toISOString() ?? null };
}

/** Said only to a person who has proved who they are. */
export const tenantSuspended = () =>
  new AppError(
    'tenant_suspended',
    'Your organization’s access to Keyward is suspended. Ask its operator why.',
  );
