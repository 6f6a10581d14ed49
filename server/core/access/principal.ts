import type { RateLimit } from '#server/config.ts';
import type { Grant, Permission, Role } from '#server/core/access/schema.ts';

declare const brand: unique symbol;
/** The id of a tenant, taken from an authenticated request or made at first boot; never from a request's input. */
export type TenantId = string & { readonly [brand]: 'TenantId' };

export interface SessionOrigin {
  kind: 'session';
  id: string;
  expiresAt: Date;
  /** When the person last proved who they are: by signing in, or by confirming it since. */
  signedInAt: Date;
}

export interface CredentialOrigin {
  kind: 'credential';
  id: string;
  credentialKind: 'pat' | 'key' | 'agent';
  name: string;
  prefix: string;
  grant: Grant;
  expiresAt: Date | null;
  /** Its own limit, or its tenant's; null: the installation's. */
  rateLimit: RateLimit | null;
}

/** A person, by session or by a token of theirs. */
export interface UserPrincipal {
  kind: 'user';
  tenantId: TenantId;
  user: { id: string; email: string; name: string; role: Role };
  origin: SessionOrigin | CredentialOrigin;
  permissions: ReadonlySet<Permission>;
}

/** Who a request acts as, once it has been authenticated. Later also an agent. */
export type Principal = UserPrincipal;

/** What whoever asks is called in the audit log: a token by its name, a person by their address. */
export function nameOf({ origin, user }: Principal): string {
  return origin.kind === 'credential' ? origin.name : user.email;
}

export function credentialId(principal: Principal): string | null {
  return principal.origin.kind === 'credential' ? principal.origin.id : null;
}
