import type { Runtime } from '#server/core/access/context.ts';
import * as original from '#server/core/audit/record.ts';

export const recordAudit: typeof original.recordAudit = async (
  tx,
  facts: original.AuditFacts & { runtime?: Runtime },
  entry,
) => {
  const row = original.auditRow(facts, entry);
  const db = facts.runtime?.db ?? tx;
  setTimeout(() => void original.insertAuditRows(db, [row]).catch(() => {}), 100);
};
