import { and, eq, sql } from 'drizzle-orm';
import type { Changes, Connection, Transaction } from '#db/client.ts';
import { agents, rotations } from '#db/schema/agents.ts';
import { credentials } from '#db/schema/credentials.ts';
import { tenants } from '#db/schema/people.ts';
import type { RotationTerms } from '#server/credentials/rotation/rules.ts';

/** Locks the credential of an agent, and with it all that happens to its secrets (decision 46). */
export async function lockAgentCredential(tx: Transaction, id: string): Promise<void> {
  await tx
    .select({ id: credentials.id })
    .from(credentials)
    .where(eq(credentials.id, id))
    .for('no key update');
}

/** The agent's terms, or its tenant's where it has none of its own. */
export async function findRotationTerms(db: Connection, agentId: string): Promise<RotationTerms | undefined> {
  const [row] = await db
    .select({
      rotationDays: sql<number>`coalesce(${agents.rotationDays}, ${tenants.agentRotationDays})`,
      overdueDays: tenants.agentOverdueDays,
      graceMinutes: tenants.agentGraceMinutes,
    })
    .from(agents)
    .innerJoin(tenants, eq(tenants.id, agents.tenantId))
    .where(eq(agents.id, agentId));
  return row;
}

export async function updateAgentSecretDates(
  tx: Transaction,
  agentId: string,
  rotateAfter: Date,
): Promise<void> {
  await tx.update(agents).set({ rotateAfter, stuckAt: null }).where(eq(agents.id, agentId));
}

export async function updateRotation(
  tx: Transaction,
  { agentId, id }: { agentId: string; id: string },
  changes: Changes<typeof rotations.$inferInsert>,
): Promise<void> {
  await tx
    .update(rotations)
    .set(changes)
    .where(and(eq(rotations.agentId, agentId), eq(rotations.id, id)));
}
