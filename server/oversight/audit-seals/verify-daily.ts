import { setTimeout as sleep } from 'node:timers/promises';
import type { Runtime } from '#server/core/access/context.ts';
import { insertAuditRows } from '#server/core/audit/record.ts';
import { notifyAdmins } from '#server/core/notifications/notify-admins.ts';
import { AppError } from '#server/errors.ts';
import type { AuditVerdictView } from '#server/oversight/audit-seals/schema.ts';

interface Verification {
  seals: number;
  /** What does not fit, in sentences, the first ones first. */
  findings: string[];
}

/** Short enough that a server that is asked to stop does not wait for it. */
const secondsAtOnce = 2;
const turnMs = 2_000;
const turnsToWait = 150;
const mostFindings = 10;

/**
 * Verifies the whole log, puts the outcome into it, and tells every admin what was found, or that it could not be done: then
 * it throws.
 */
export async function verifyDaily(runtime: Runtime): Promise<void> {
  try {
    const { seals, findings } = await verifyWhole(runtime);
    await conclude(runtime, { seals, ...(findings.length > 0 && { findings }) }, findings);
  } catch (error) {
    const detail =
      'The daily verification of the audit log could not be carried out: the log of the server says why.';
    await runtime.db.transaction((tx) => notifyAdmins(tx, runtime, { kind: 'audit_unverified', detail }));
    throw error;
  }
}

async function conclude(
  runtime: Runtime,
  detail: { seals: number; findings?: string[] },
  findings: string[],
): Promise<void> {
  const { clock, defaultTenantId: tenantId, log } = runtime;
  const isIntact = findings.length === 0;
  if (!isIntact) log.error({ findings }, 'the audit log is not intact');
  await runtime.db.transaction(async (tx) => {
    const row = { time: clock.now(), tenantId, actorKind: 'system', actorLabel: 'Keyward' } as const;
    await insertAuditRows(tx, [
      { ...row, action: 'audit.verify', outcome: isIntact ? 'ok' : 'failed', detail },
    ]);
    if (!isIntact) await notifyAdmins(tx, runtime, { kind: 'audit_finding', detail: describe(findings) });
  });
}

function describe([first = '', ...more]: string[]): string {
  if (more.length === 0) return first;
  return `${first} And ${more.length === mostFindings - 1 ? 'at least ' : ''}${more.length} more.`;
}

async function verifyWhole(runtime: Runtime): Promise<Verification> {
  const findings: string[] = [];
  for (let after = 0; ;) {
    const { finding, next, seals } = await verifyPart(runtime, after);
    if (finding) findings.push(finding.detail);
    if (next === null || findings.length === mostFindings) return { seals, findings };
    after = next;
  }
}

/** Waits for its turn: an admin may verify in between. */
async function verifyPart({ seals }: Runtime, after: number): Promise<AuditVerdictView> {
  for (let turn = 0; ; turn++) {
    try {
      return await seals.verify({ after, seconds: secondsAtOnce });
    } catch (error) {
      const isBusy = error instanceof AppError && error.code === 'verify_running';
      if (!isBusy || turn === turnsToWait) throw error;
      await sleep(turnMs);
    }
  }
}
