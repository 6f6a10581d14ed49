import { date, inet, pgTable, text, uuid } from 'drizzle-orm/pg-core';
import { instant } from '#db/schema/columns.ts';

export const notices = pgTable('notices', {
  id: uuid('id').primaryKey(),
  tenantId: uuid('tenant_id').notNull(),
  userId: uuid('user_id').notNull(),
  /** Null where it is about the account itself, or about the audit log. */
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
      'audit_finding',
      'audit_unverified',
      'agent_code_reused',
      'agent_stuck',
      'agent_cloned',
      'agent_lost',
    ],
  }).notNull(),
  day: date('day').notNull(),
  address: inet('address'),
  /** What a notice about the audit log says. */
  detail: text('detail'),
  createdAt: instant('created_at').notNull(),
  dismissedAt: instant('dismissed_at'),
});
