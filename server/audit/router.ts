import { noInput } from '#server/access/schema.ts';
import { getKey, getNewestSeal, verifyAudit } from '#server/audit/commands.ts';
import { findActions } from '#server/audit/find.ts';
import { listEvents } from '#server/audit/list.ts';
import {
  auditActionsView,
  auditKeyView,
  auditPageView,
  auditSealView,
  auditVerdictView,
  listAuditInput,
  verifyAgainstInput,
  verifyAuditInput,
} from '#server/audit/schema.ts';
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
  seal: permitted('audit:read')
    .meta(rest('GET', '/audit/seal', 'Show the newest seal, to be kept elsewhere'))
    .input(noInput)
    .output(auditSealView)
    .query(({ ctx }) => getNewestSeal(ctx)),
  key: permitted('audit:read')
    .meta(rest('GET', '/audit/key', 'Show the public key by which seals are checked'))
    .input(noInput)
    .output(auditKeyView)
    .query(({ ctx }) => getKey(ctx)),
  verify: permitted('audit:read')
    .meta(rest('GET', '/audit/verify', 'Check that nothing in the log was changed, removed or added'))
    .input(verifyAuditInput)
    .output(auditVerdictView)
    .query(({ ctx, input }) => verifyAudit(ctx, input)),
  verifyAgainst: permitted('audit:read')
    .meta(rest('POST', '/audit/verify', 'The same, against a seal that was kept elsewhere'))
    .input(verifyAgainstInput)
    .output(auditVerdictView)
    .mutation(({ ctx, input }) => verifyAudit(ctx, input)),
});
