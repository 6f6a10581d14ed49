import { lastingNotices, type NoticeKind } from '#server/core/notifications/schema.ts';

/** What decides whether a notice still says something. */
export interface NoticeState {
  kind: NoticeKind;
  createdAt: Date;
  dismissedAt: Date | null;
  enabled: boolean;
  expiresAt: Date | null;
  revokedAt: Date | null;
  /** Since when the token has the secret that it has now. */
  secretSince: Date;
}

const openUntilRevoked: readonly NoticeKind[] = ['expired_in_use', 'agent_cloned'];

/** The secret that was seen, or that a thief may hold beside the old one, has been replaced; or the agent has one again. */
const openUntilReplaced: readonly NoticeKind[] = [
  'exposed',
  'reuse',
  'agent_code_reused',
  'agent_stuck',
  'agent_lost',
];

/** Whether a notice has been answered, or been overtaken by what was done with the token since. */
export function isMoot(notice: NoticeState, at: Date): boolean {
  const { kind, expiresAt } = notice;
  if (notice.dismissedAt) return true;
  if (lastingNotices.includes(kind)) return false;
  if (notice.revokedAt) return true;
  if (openUntilRevoked.includes(kind)) return false;
  if (openUntilReplaced.includes(kind)) return notice.secretSince > notice.createdAt;
  return !notice.enabled || expiresAt === null || expiresAt <= at;
}

/** Of the notices that a token will expire, only the latest says how soon. Newest first in, newest first out. */
export function withoutOvertaken<N extends { kind: NoticeKind; credentialId: string | null }>(
  notices: N[],
): N[] {
  const told = new Set<string | null>();
  return notices.filter(({ kind, credentialId }) => {
    if (!kind.startsWith('expires_')) return true;
    if (told.has(credentialId)) return false;
    told.add(credentialId);
    return true;
  });
}

/** Between which hosts an agent was seen to change: the latest two, and whence each called. */
export function placesOf(visits: readonly { host: string; address: string | null }[]): string {
  return visits
    .slice(-2)
    .map(({ host, address }) => `on ${host}${address === null ? '' : ` (${address})`}`)
    .join(' and ');
}
