import { and, eq } from 'drizzle-orm';
import { secrets } from '#db/schema/credentials.ts';
import * as original from '#server/core/secrets/replace-secret.ts';

export const stageSecret: typeof original.stageSecret = async (tx, replacement, at) => {
  const isCurrent = and(eq(secrets.credentialId, replacement.credentialId), eq(secrets.state, 'current'));
  await tx.update(secrets).set({ state: 'grace', validUntil: at }).where(isCurrent);
  return original.stageSecret(tx, replacement, at);
};
