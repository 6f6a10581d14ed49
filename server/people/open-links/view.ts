import type { LinkKind, LinkView } from '#server/core/one-time-codes/schema.ts';
import type { OpenLinkRow } from '#server/people/open-links/queries.ts';

export function toLinkView({ code, user, issuedBy, credential, label, host, agent }: OpenLinkRow): LinkView {
  return {
    id: code.id,
    // Only the first admin's code has no holder, and it is not in this list.
    kind: code.purpose as LinkKind,
    user,
    issuedBy,
    credential,
    about: label ?? host ?? agent,
    createdAt: code.createdAt.toISOString(),
    expiresAt: code.expiresAt.toISOString(),
  };
}
