import { bigint, pgTable, text, uuid } from 'drizzle-orm/pg-core';

/** What the sum of counts by tenant and status is made of. */
export const credentialTallies = pgTable('credential_tallies', {
  tenantId: uuid('tenant_id').notNull(),
  status: text('status', { enum: ['active', 'expiring', 'expired', 'disabled', 'revoked'] }).notNull(),
  count: bigint('count', { mode: 'number' }).notNull(),
});

/** The name, and the owner's e-mail address and name, in lower case: kept by triggers. */
export const credentialSearch = pgTable('credential_search', {
  credentialId: uuid('credential_id').primaryKey(),
  tenantId: uuid('tenant_id').notNull(),
  text: text('text').notNull(),
});
