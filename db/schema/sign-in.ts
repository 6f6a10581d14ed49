import { integer, pgTable, text, uuid } from 'drizzle-orm/pg-core';
import { bytea, instant } from '#db/schema/columns.ts';

export const signInTallies = pgTable('sign_in_tallies', {
  key: bytea('key').primaryKey(),
  tries: integer('tries').notNull(),
  since: instant('since').notNull(),
  pauses: integer('pauses').notNull(),
  closedUntil: instant('closed_until'),
  admitted: uuid('admitted').notNull(),
  staleAt: instant('stale_at').notNull(),
});

export const installationKeys = pgTable('installation_keys', {
  name: text('name').primaryKey(),
  value: bytea('value').notNull(),
});

export const userIdentities = pgTable('user_identities', {
  id: uuid('id').primaryKey(),
  tenantId: uuid('tenant_id').notNull(),
  userId: uuid('user_id').notNull(),
  issuer: text('issuer').notNull(),
  subject: text('subject').notNull(),
  email: text('email'),
  linkedAt: instant('linked_at').notNull(),
  lastUsedAt: instant('last_used_at'),
  unlinkedAt: instant('unlinked_at'),
  retiredAt: instant('retired_at'),
});
