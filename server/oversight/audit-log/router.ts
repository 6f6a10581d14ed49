import { z } from 'zod';
import { noInput } from '#server/core/access/schema.ts';
import { permitted, permittedFreshly, rest, router } from '#server/core/procedures/builders.ts';
import { Download } from '#server/core/procedures/download.ts';
import { exportEvents } from '#server/oversight/audit-log/export.ts';
import { findActions } from '#server/oversight/audit-log/find.ts';
import { getEvent, listEvents } from '#server/oversight/audit-log/list.ts';
import {
  auditActionsView,
  auditEventInput,
  auditEventView,
  auditPageView,
  exportAuditInput,
  listAuditInput,
} from '#server/oversight/audit-log/schema.ts';
import { getKey, getNewestSeal, verifyAudit } from '#server/oversight/audit-seals/commands.ts';
import {
  auditKeyView,
  auditSealView,
  auditVerdictView,
  verifyAgainstInput,
  verifyAuditInput,
} from '#server/oversight/audit-seals/schema.ts';

export const auditRouter = router({
  list: permitted('audit:read')
    .meta(rest('GET', '/audit', 'List what happened, newest first'))
    .input(listAuditInput)
    .output(auditPageView)
    .query(({ ctx, input }) => listEvents(ctx, input)),
  get: permitted('audit:read')
    .meta(rest('GET', '/audit/{sequence}', 'Show one event', { errors: ['not_found'] }))
    .input(auditEventInput)
    .output(auditEventView)
    .query(({ ctx, input }) => getEvent(ctx, input)),
  actions: permitted('audit:read')
    .meta(rest('GET', '/audit/actions', 'List the actions that the log holds'))
    .input(noInput)
    .output(auditActionsView)
    .query(async ({ ctx }) => ({
      actions: await findActions(ctx.runtime.db, ctx.principal.tenantId),
    })),
  export: permittedFreshly('audit:read')
    .meta(
      rest('GET', '/audit/export', 'Export what a filter finds, however much that is', {
        errors: ['sign_in_again'],
        downloads: ['text/csv', 'application/x-ndjson'],
      }),
    )
    .input(exportAuditInput)
    .output(z.instanceof(Download))
    .query(({ ctx, input }) => exportEvents(ctx, input)),
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
    .meta(
      rest('GET', '/audit/verify', 'Check that nothing in the log was changed, removed or added', {
        errors: ['verify_running'],
      }),
    )
    .input(verifyAuditInput)
    .output(auditVerdictView)
    .query(({ ctx, input }) => verifyAudit(ctx, input)),
  verifyAgainst: permitted('audit:read')
    .meta(
      rest('POST', '/audit/verify', 'The same, against a seal that was kept elsewhere', {
        errors: ['verify_running'],
      }),
    )
    .input(verifyAgainstInput)
    .output(auditVerdictView)
    .mutation(({ ctx, input }) => verifyAudit(ctx, input)),
});
