import { and, eq, max, sql } from 'drizzle-orm';
import type { Transaction } from '#db/client.ts';
import { secrets } from '#db/schema/credentials.ts';
import { displayPrefix, newSecret } from '#server/core/secrets/format.ts';
import type { SecretKind } from '#server/core/secrets/schema.ts';
import type { Secret } from '#server/secret.ts';

/** A credential, locked by the caller, whose secret is to be replaced. */
export interface Replacement {
  credentialId: string;
  kind: SecretKind;
  /** When the secret that it has now stops to work. */
  endsAt: Date;
  /** When the new one ends unless it is replaced before; left out: with its credential. */
  expiresAt?: Date;
  rotationId: string | undefined;
}

/**
 * Gives a credential a new main secret. Of an earlier rotation whose grace still runs the secret stops at once: two work at a
 * time, never three.
 */
export async function replaceSecret(
  tx: Transaction,
  { credentialId, kind, endsAt, expiresAt, rotationId }: Replacement,
  at: Date,
): Promise<{ secret: Secret; prefix: string; epoch: number }> {
  const secret = newSecret(kind);
  await endSecret(tx, credentialId, 'grace', { state: 'retired', at });
  await endSecret(tx, credentialId, 'current', { state: endsAt > at ? 'grace' : 'retired', at: endsAt });
  const fresh = { hash: secret.hash(), prefix: displayPrefix(secret), rotationId: rotationId ?? null };
  const epoch = await nextEpoch(tx, credentialId);
  await tx
    .insert(secrets)
    .values({ ...fresh, credentialId, epoch, state: 'current', createdAt: at, expiresAt });
  return { secret, prefix: fresh.prefix, epoch };
}

/** Makes a secret that takes the place of the current one once it is shown; until then it works as little as an unknown one. */
export async function stageSecret(
  tx: Transaction,
  { credentialId, kind, rotationId }: Omit<Replacement, 'endsAt' | 'expiresAt'>,
  at: Date,
): Promise<{ secret: Secret; epoch: number }> {
  const secret = newSecret(kind);
  const epoch = await nextEpoch(tx, credentialId);
  const fresh = { hash: secret.hash(), prefix: displayPrefix(secret), rotationId: rotationId ?? null };
  await tx.insert(secrets).values({ ...fresh, credentialId, epoch, state: 'staged', createdAt: at });
  return { secret, epoch };
}

/** Ends a secret that was staged and never shown. */
export function dropStaged(tx: Transaction, credentialId: string, at: Date): Promise<void> {
  return endSecret(tx, credentialId, 'staged', { state: 'retired', at });
}

/**
 * Puts a staged secret in the place of the current one, which works until `endsAt`. The caller has locked the credential.
 * Undefined where it is not staged any more, since another call was first.
 */
export async function promoteSecret(
  tx: Transaction,
  { hash, endsAt, expiresAt }: { hash: Buffer; endsAt: Date; expiresAt: Date },
  at: Date,
): Promise<{ epoch: number; rotationId: string | null } | undefined> {
  const isStaged = and(eq(secrets.hash, hash), eq(secrets.state, 'staged'));
  const [staged] = await tx.select().from(secrets).where(isStaged);
  if (!staged) return undefined;
  const { credentialId, epoch, rotationId } = staged;
  await endSecret(tx, credentialId, 'grace', { state: 'retired', at });
  await endSecret(tx, credentialId, 'current', { state: 'grace', at: endsAt });
  await tx.update(secrets).set({ state: 'current', expiresAt }).where(isStaged);
  return { epoch, rotationId };
}

/** Has the secret that a rotation replaced stop now. */
export function retireReplaced(tx: Transaction, credentialId: string, at: Date): Promise<void> {
  return endSecret(tx, credentialId, 'grace', { state: 'retired', at });
}

/** Has all the main secrets of a credential stop now, one that is staged too. */
export async function retireSecrets(tx: Transaction, credentialId: string, at: Date): Promise<void> {
  for (const from of ['staged', 'grace', 'current'] as const)
    await endSecret(tx, credentialId, from, { state: 'retired', at });
}

/** Whether a rotation with this id has been made before. */
export async function wasRotated(
  tx: Transaction,
  credentialId: string,
  rotationId: string,
): Promise<boolean> {
  const same = and(eq(secrets.credentialId, credentialId), eq(secrets.rotationId, rotationId));
  const [row] = await tx.select({ epoch: secrets.epoch }).from(secrets).where(same);
  return row !== undefined;
}

/** A grace that has run out already ended when it did. */
async function endSecret(
  tx: Transaction,
  credentialId: string,
  from: 'current' | 'grace' | 'staged',
  { state, at }: { state: 'grace' | 'retired'; at: Date },
): Promise<void> {
  const validUntil = sql`least(${secrets.validUntil}, ${at.toISOString()}::timestamptz)`;
  const isMain = and(eq(secrets.credentialId, credentialId), eq(secrets.purpose, 'main'));
  await tx
    .update(secrets)
    .set({ state, validUntil })
    .where(and(isMain, eq(secrets.state, from)));
}

async function nextEpoch(tx: Transaction, credentialId: string): Promise<number> {
  const [row] = await tx
    .select({ epoch: max(secrets.epoch) })
    .from(secrets)
    .where(eq(secrets.credentialId, credentialId));
  return (row?.epoch ?? 0) + 1;
}
