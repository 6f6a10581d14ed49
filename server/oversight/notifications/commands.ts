import type { PersonCtx } from '#server/core/access/context.ts';
import { recordAudit } from '#server/core/audit/record.ts';
import type { NoticeIdInput, NoticesView } from '#server/core/notifications/schema.ts';
import { notFound } from '#server/errors.ts';
import {
  findLogNoticeForUpdate,
  findNoticeForUpdate,
  findOpenLogNotices,
  findOpenNotices,
  markDismissed,
} from '#server/oversight/notifications/queries.ts';
import { isMoot, withoutOvertaken } from '#server/oversight/notifications/rules.ts';
import { toLogNoticeView, toNoticeView } from '#server/oversight/notifications/view.ts';

/** What the asker should know and has not dismissed: of the audit log, where they are an admin, then of their tokens and account, newest first. */
export async function listNotices({ runtime, principal, now }: PersonCtx): Promise<NoticesView> {
  const at = now();
  const { tenantId, user } = principal;
  const ofLog = await findOpenLogNotices(runtime.db, tenantId, user.id);
  const rows = await findOpenNotices(runtime.db, tenantId, user.id, at);
  const open = rows.filter((row) => !isMoot(row, at));
  return { items: [...ofLog.map(toLogNoticeView), ...withoutOvertaken(open).map(toNoticeView)] };
}

/** Takes a notice off the asker's pages. Repeating it changes nothing. Throws `not_found`. */
export function dismissNotice(ctx: PersonCtx, { id }: NoticeIdInput): Promise<null> {
  const { tenantId, user } = ctx.principal;
  return ctx.change(async (tx) => {
    const ofToken = await findNoticeForUpdate(tx, tenantId, user.id, id);
    const notice = ofToken ?? (await findLogNoticeForUpdate(tx, tenantId, user.id, id));
    if (!notice) throw notFound('notice');
    if (notice.dismissedAt) return null;
    await markDismissed(tx, tenantId, user.id, { id, at: ctx.now() });
    const resource = ofToken?.credentialId
      ? { type: 'token', id: ofToken.credentialId, label: ofToken.name }
      : ofToken && { type: 'user', id: user.id, label: user.email };
    const detail = { kind: notice.kind };
    await recordAudit(tx, ctx, { action: 'notice.dismiss', ...(resource && { resource }), detail });
    return null;
  });
}
