import { ceilingOf, effectivePermissions, type Holder } from '#server/core/access/permissions.ts';
import { reachedBy } from '#server/core/access/resources.ts';
import type { CredentialKind, Grant, Permission, Resource, Resources } from '#server/core/access/schema.ts';
import type { Decider, ExplainInput, ExplanationView } from '#server/credentials/access-review/schema.ts';

/** A credential as far as it decides what it may do, from a place where it may be used. */
export interface ExplainedCredential {
  kind: CredentialKind;
  name: string;
  grant: Grant;
  resources: Resources | null;
  enabled: boolean;
  expiresAt: Date | null;
  revokedAt: Date | null;
  holder: Holder;
  ownerActive: boolean;
  tenantSuspended: boolean;
  paused: boolean;
}

const kindWords: Record<CredentialKind, string> = { pat: 'token', key: 'key', agent: 'agent' };

type Asked = Pick<ExplainInput, 'permission' | 'resource'>;
type Rule = (credential: ExplainedCredential, asked: Asked, at: Date) => string | undefined;

/** In the order in which a request is judged; each says why it refuses. */
const rules: [Decider, Rule][] = [
  ['grant', (one) => (one.revokedAt ? 'it was revoked' : undefined)],
  ['grant', (one, _, at) => (one.expiresAt && one.expiresAt <= at ? 'it has expired' : undefined)],
  ['grant', (one) => (one.enabled ? undefined : 'it is switched off')],
  ['owner', (one) => (one.ownerActive ? undefined : 'the account of its owner is deactivated')],
  ['tenant', (one) => (one.tenantSuspended ? 'its organisation is suspended' : undefined)],
  ['pause', (one) => (one.paused ? 'it is paused' : undefined)],
  ['role', beyondCeiling],
  ['grant', (one, { permission }) => notGranted(one, permission)],
  ['resource', (one, { resource }) => notReached(one, resource)],
];

/** Whether a credential may do or reach something, and which rule says so. */
export function explain(credential: ExplainedCredential, asked: Asked, at: Date): ExplanationView {
  const who = `The ${kindWords[credential.kind]} "${credential.name}"`;
  const { permission, resource } = asked;
  const wanted = [
    permission && `use ${permission}`,
    resource && `reach the ${resource.type} "${resource.id}"`,
  ];
  const what = wanted.filter(Boolean).join(' and ') || 'be used';
  for (const [decidedBy, rule] of rules) {
    const why = rule(credential, asked, at);
    if (why) return { allowed: false, decidedBy, sentence: `${who} may not ${what}: ${why}.` };
  }
  return { allowed: true, decidedBy: resource ? 'resource' : 'grant', sentence: `${who} may ${what}.` };
}

function beyondCeiling({ holder }: ExplainedCredential, { permission }: Asked): string | undefined {
  if (!permission || ceilingOf(holder).has(permission)) return undefined;
  if (holder.kind === 'key' || (holder.kind === 'agent' && !anyAgentHolds(permission)))
    return `no ${holder.kind} can hold that permission`;
  return `its owner’s role, ${holder.role}, does not include it`;
}

const anyAgentHolds = (permission: Permission) => ceilingOf({ kind: 'agent', role: 'admin' }).has(permission);

function notGranted(one: ExplainedCredential, permission: Permission | undefined): string | undefined {
  if (!permission || effectivePermissions(one.holder, one.grant).has(permission)) return undefined;
  return 'it was not granted that permission';
}

function notReached({ resources }: ExplainedCredential, resource: Resource | undefined): string | undefined {
  if (!resource || resources === null || reachedBy(resources, resource)) return undefined;
  return 'its resources do not include it';
}
