import { boolean, inet, integer, jsonb, pgTable, text, uuid } from 'drizzle-orm/pg-core';
import { bytea, instant } from '#db/schema/columns.ts';

export const deviceRequests = pgTable('device_requests', {
  id: uuid('id').primaryKey(),
  deviceHash: bytea('device_hash').notNull(),
  userCodeKey: bytea('user_code_key').notNull(),
  host: text('host'),
  address: inet('address').notNull(),
  userAgent: text('user_agent'),
  tokenName: text('token_name').notNull(),
  terms: jsonb('terms').notNull(),
  createdAt: instant('created_at').notNull(),
  expiresAt: instant('expires_at').notNull(),
  intervalSeconds: integer('interval_seconds').notNull(),
  polledAt: instant('polled_at'),
  tenantId: uuid('tenant_id'),
  userId: uuid('user_id'),
  answeredAt: instant('answered_at'),
  approved: boolean('approved').notNull().default(false),
  collectedAt: instant('collected_at'),
});
