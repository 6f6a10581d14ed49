import { boolean, inet, integer, pgTable, text, uuid } from 'drizzle-orm/pg-core';
import { instant } from '#db/schema/columns.ts';

export const setupCodes = pgTable('setup_codes', {
  id: uuid('id').primaryKey(),
  tenantId: uuid('tenant_id').notNull(),
  userId: uuid('user_id').notNull(),
  label: text('label'),
  permissions: text('permissions').array().notNull(),
  expiresInDays: integer('expires_in_days'),
  credentialId: uuid('credential_id'),
  redeemedAt: instant('redeemed_at'),
  host: text('host'),
  os: text('os'),
  address: inet('address'),
  reportedAt: instant('reported_at'),
  healthy: boolean('healthy'),
  version: text('version'),
  skills: text('skills').array(),
});
