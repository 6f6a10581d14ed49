import type { NoticeView } from '#server/core/notifications/schema.ts';
import type { LogNoticeRow, NoticeRow } from '#server/oversight/notifications/queries.ts';
import { placesOf } from '#server/oversight/notifications/rules.ts';
export function toNoticeView(row: NoticeRow): NoticeView {
  const { id, kind, address, createdAt, credentialId, credentialKind, name, prefix, enabled, expiresAt } =
    row;
  const token =
    credentialId === null
      ? null
      : {
          id: credentialId,
          kind: credentialKind ?? ('pat' as const),
          name,
          prefix,
          enabled,
          expiresAt: expiresAt?.toISOString() ?? null,
        };
  const detail = kind === 'agent_cloned' ? placesOf(row.visits ?? []) : null;
  return { id, kind, token, address, detail, createdAt: createdAt.toISOString() };
}

export function toLogNoticeView({ id, kind, detail, createdAt }: LogNoticeRow): NoticeView {
  return { id, kind, token: null, address: null, detail, createdAt: createdAt.toISOString() };
}
