import { stringify } from 'csv-stringify/sync';
import type { Database } from '#db/client.ts';
import type { KeysetPosition } from '#db/keyset.ts';
import type { Ctx } from '#server/core/access/context.ts';
import type { TenantId } from '#server/core/access/principal.ts';
import { auditRow, insertAuditRows } from '#server/core/audit/record.ts';
import { isStillIn } from '#server/core/authentication/still-valid.ts';
import { Download } from '#server/core/procedures/download.ts';
import { AppError } from '#server/errors.ts';
import { readEvents } from '#server/oversight/audit-log/list.ts';
import type {
  AuditEventView,
  AuditFilter,
  ExportAuditInput,
  ExportFormat,
} from '#server/oversight/audit-log/schema.ts';
import { toEventView } from '#server/oversight/audit-log/view.ts';

const csvFile = { type: 'text/csv; charset=utf-8', ending: 'csv' };
const files: Record<ExportFormat, { type: string; ending: string }> = {
  csv: csvFile,
  excel: csvFile,
  ndjson: { type: 'application/x-ndjson; charset=utf-8', ending: 'ndjson' },
};
const byteOrderMark = '\uFEFF';
/** A page is a query of its own: no connection is held while somebody reads slowly. */
const pageSize = 2_000;

/** All that a filter finds, newest first. That it was taken out is put into the log before the first row leaves. */
export function exportEvents(ctx: Ctx, { format, ...filter }: ExportAuditInput): Download {
  const { db } = ctx.runtime;
  const { tenantId } = ctx.principal;
  async function* body() {
    const row = auditRow(ctx, { action: 'audit.export', detail: { format, filter } });
    if (ctx.runtime.auditQueue.admits(row)) await insertAuditRows(db, [row]);
    for await (const page of writeExport(db, { tenantId, filter, format })) {
      await refuseEnded(ctx);
      yield page;
    }
  }
  const day = ctx.now().toISOString().slice(0, 10);
  const { type, ending } = files[format];
  return new Download({ type, fileName: `audit-${day}.${ending}`, body: body() });
}

/** Whoever may no longer read gets no further page, and no end that looks like one. */
async function refuseEnded({ runtime, principal, now }: Ctx): Promise<void> {
  if (await isStillIn(runtime.db, principal, now())) return;
  throw new AppError('unauthenticated', 'Whoever asked for this export may no longer read it.');
}

/** The text of an export, a page at a time. */
export async function* writeExport(
  db: Database,
  { tenantId, filter, format }: { tenantId: TenantId; filter: AuditFilter; format: ExportFormat },
): AsyncGenerator<string> {
  const head = csv([Object.keys(columns)]);
  if (format !== 'ndjson') yield format === 'excel' ? byteOrderMark + head : head;
  let before: KeysetPosition | undefined;
  do {
    const { rows, next } = await readEvents(db, { tenantId, filter, before, limit: pageSize });
    if (rows.length > 0) yield writePage(rows.map(toEventView), format);
    before = next;
  } while (before);
}

function writePage(events: AuditEventView[], format: ExportFormat): string {
  if (format === 'ndjson') return events.map((event) => `${JSON.stringify(event)}\n`).join('');
  return csv(events.map((event) => Object.values(columns).map((column) => column(event))));
}

const columns: Record<string, (event: AuditEventView) => string | number | null> = {
  sequence: (event) => event.sequence,
  time: (event) => event.time,
  actor_kind: (event) => event.actor.kind,
  actor_id: (event) => event.actor.id,
  actor: (event) => event.actor.label,
  credential_id: (event) => event.credentialId,
  on_behalf_of: (event) => event.onBehalfOf,
  action: (event) => event.action,
  resource_type: (event) => event.resource?.type ?? null,
  resource_id: (event) => event.resource?.id ?? null,
  resource: (event) => event.resource?.label ?? null,
  outcome: (event) => event.outcome,
  code: (event) => event.code,
  address: (event) => event.address,
  user_agent: (event) => event.userAgent,
  request_id: (event) => event.requestId,
  detail: (event) => JSON.stringify(event.detail),
};

/** RFC 4180. What a spreadsheet would take for a formula gets an apostrophe before it. */
function csv(records: (string | number | null)[][]): string {
  return stringify(records, { escape_formulas: true, record_delimiter: 'windows' });
}
