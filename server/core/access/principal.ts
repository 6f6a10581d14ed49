import type { RateLimit } from '#server/config.ts';
import type { CredentialKind, Grant, Permission, Resources, Role } from '#server/core/access/schema.ts';

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
  credentialKind: CredentialKind;
  name: string;
  prefix: string;
  grant: Grant;
  /** When the secret that was shown stops working: at its own end or its credential's. */
  expiresAt: Date | null;
  /** A rotation replaced that secret, which works until its grace ends. */
  isReplaced: boolean;
  /** Its own limit, or its tenant's; null: the installation's. */
  rateLimit: RateLimit | null;
}

/** What each kind of principal has. */
interface Known {
  tenantId: TenantId;
  tenant: { slug: string; name: string };
  /** Who acts, as the audit log names them. */
  actor: { kind: 'user' | 'key' | 'agent'; id: string; label: string };
  permissions: ReadonlySet<Permission>;
  /** What it may reach; null: every resource. */
  resources: Resources | null;
}

/** A person, by session or by a token of theirs. */
export interface UserPrincipal extends Known {
  kind: 'user';
  user: { id: string; email: string; name: string; role: Role };
  origin: SessionOrigin | CredentialOrigin;
}

/** A tenant's API key, which acts for no person. */
export interface KeyPrincipal extends Known {
  kind: 'key';
  /** Who made it, also when they are gone. */
  madeBy: string;
  origin: CredentialOrigin;
}

/** A machine that acts for its owner. */
export interface AgentPrincipal extends Known {
  kind: 'agent';
  /** `epoch`: of the secret that was shown. */
  agent: { id: string; name: string; ownerId: string; ownerRole: Role; epoch: number };
  origin: CredentialOrigin;
}

/** Who a request acts as, once it has been authenticated. */
export type Principal = UserPrincipal | KeyPrincipal | AgentPrincipal;

/** What the one who asks is called in the audit log: a credential by its name, a person by their address. */
export function nameOf({ origin, actor }: Principal): string {
  return origin.kind === 'credential' ? origin.name : actor.label;
}

export function credentialId(principal: Principal): string | null {
  return principal.origin.kind === 'credential' ? principal.origin.id : null;
}

/** The person for whom a machine acts: the maker of a key, the owner of an agent. */
export function onBehalfOf(principal: Principal): string | null {
  if (principal.kind === 'key') return principal.madeBy;
  return principal.kind === 'agent' ? principal.agent.ownerId : null;
}
