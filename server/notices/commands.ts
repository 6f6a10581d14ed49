import type { Ctx } from '#server/access/context.ts';
import { recordAudit } from '#server/audit/record.ts';
import { notFound } from '#server/errors.ts';
import {
  findNoticeForUpdate,
  findOpenNotices,
  markDismissed,
  toNoticeView,
} from '#server/notices/queries.ts';
import { isMoot, withoutOvertaken } from '#server/notices/rules.ts';
import type { NoticeIdInput, NoticesView } from '#server/notices/schema.ts';

/** What the asker should know about their tokens and account, and has not dismissed, newest first. */
export async function listNotices({ runtime, principal, now }: Ctx): Promise<NoticesView> {
  const at = now();
  const rows = await findOpenNotices(runtime.db, principal.tenantId, principal.user.id, at);
  const open = rows.filter((row) => !isMoot(row, at));
  return { items: withoutOvertaken(open).map(toNoticeView) };
}

/** Takes a notice off the asker's pages. Repeating it changes nothing. Throws `not_found`. */
export function dismissNotice(ctx: Ctx, { id }: NoticeIdInput): Promise<null> {
  const { tenantId, user } = ctx.principal;
  return ctx.change(async (tx) => {
    const notice = await findNoticeForUpdate(tx, tenantId, user.id, id);
    if (!notice) throw notFound('notice');
    if (notice.dismissedAt) return null;
    await markDismissed(tx, tenantId, user.id, { id, at: ctx.now() });
    const resource = notice.credentialId
      ? { type: 'token', id: notice.credentialId, label: notice.name }
      : { type: 'user', id: user.id, label: user.email };
    await recordAudit(tx, ctx, { action: 'notice.dismiss', resource, detail: { kind: notice.kind } });
    return null;
  });
}
