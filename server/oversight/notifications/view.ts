import type { NoticeView } from '#server/core/notifications/schema.ts';
import type { LogNoticeRow, NoticeRow } from '#server/oversight/notifications/queries.ts';
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
  return { id, kind, token, address, detail: null, createdAt: createdAt.toISOString() };
}

export function toLogNoticeView({ id, kind, detail, createdAt }: LogNoticeRow): NoticeView {
  return { id, kind, token: null, address: null, detail, createdAt: createdAt.toISOString() };
}
