import { date, inet, pgTable, text, uuid } from 'drizzle-orm/pg-core';
import { instant } from '#db/schema/columns.ts';

export const notices = pgTable('notices', {
  id: uuid('id').primaryKey(),
  tenantId: uuid('tenant_id').notNull(),
  userId: uuid('user_id').notNull(),
  credentialId: uuid('credential_id'),
  kind: text('kind', {
    enum: [
      'expires_14',
      'expires_7',
      'expires_1',
      'expired_in_use',
      'reuse',
      'exposed',
      'revoked_by_holder',
      'setup_reused',
      'password_set',
    ],
  }).notNull(),
  day: date('day').notNull(),
  address: inet('address'),
  createdAt: instant('created_at').notNull(),
  dismissedAt: instant('dismissed_at'),
});
