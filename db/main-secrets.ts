import { and, eq, type SQL } from 'drizzle-orm';
import type { PgColumn } from 'drizzle-orm/pg-core';
import { credentials, secrets } from '#db/schema/credentials.ts';

/** The main secret that a credential has in a state: one at most, as its indexes say. */
export function isMainOf(
  { credentialId, state, purpose }: Record<'credentialId' | 'state' | 'purpose', PgColumn>,
  wanted: 'current' | 'grace',
): SQL | undefined {
  return and(eq(credentialId, credentials.id), eq(state, wanted), eq(purpose, 'main'));
}

/** The secret that a credential has now, beside its credential. */
export const isCurrentSecret = isMainOf(secrets, 'current');
