import { noInput } from '#server/access/schema.ts';
import { findActions } from '#server/audit/find.ts';
import { listEvents } from '#server/audit/list.ts';
import { auditActionsView, auditPageView, listAuditInput } from '#server/audit/schema.ts';
import { permitted, rest, router } from '#server/trpc/init.ts';

export const auditRouter = router({
  list: permitted('audit:read')
    .meta(rest('GET', '/audit', 'List what happened, newest first'))
    .input(listAuditInput)
    .output(auditPageView)
    .query(({ ctx, input }) => listEvents(ctx, input)),
  actions: permitted('audit:read')
    .meta(rest('GET', '/audit/actions', 'List the actions that the log holds'))
    .input(noInput)
    .output(auditActionsView)
    .query(async ({ ctx }) => ({
      actions: await findActions(ctx.runtime.db, ctx.principal.tenantId),
    })),
});
