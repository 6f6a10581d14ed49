import type { z } from 'zod';
import type { Ctx } from '#server/core/access/context.ts';
import { auditRow } from '#server/core/audit/record.ts';
import { findNewestSeal } from '#server/oversight/audit-seals/chain.ts';
import type {
  auditKeyView,
  auditSealView,
  AuditVerdictView,
  VerifyAuditInput,
} from '#server/oversight/audit-seals/schema.ts';

/** The newest seal: whoever keeps it elsewhere can show later that nothing before it was touched. */
export async function getNewestSeal({ runtime }: Ctx): Promise<z.infer<typeof auditSealView>> {
  const { db, seals } = runtime;
  return {
    seal: (await findNewestSeal(db, seals.key())) ?? null,
    troubles: seals.troubles.list().map(({ detail }) => detail),
  };
}

export async function getKey({ runtime }: Ctx): Promise<z.infer<typeof auditKeyView>> {
  const { id, publicKey } = runtime.seals.key();
  return { key: id, algorithm: 'Ed25519', publicKey };
}

/** Checks the log, for some seconds. How it ended is put into the log too. Throws `verify_running`. */
export async function verifyAudit(ctx: Ctx, input: VerifyAuditInput): Promise<AuditVerdictView> {
  const verdict = await ctx.runtime.seals.verify(input);
  if (verdict.finished) {
    const { seals: count, finding } = verdict;
    const detail = { seals: count, ...(finding && { finding: finding.detail }) };
    const outcome = verdict.intact ? 'ok' : 'failed';
    ctx.runtime.auditQueue.add(auditRow(ctx, { action: 'audit.verify', outcome, detail }));
  }
  return verdict;
}
