import { sql } from 'drizzle-orm';
import { boolean, date, inet, integer, jsonb, pgTable, text, uuid } from 'drizzle-orm/pg-core';
import { bytea, instant } from '#db/schema/columns.ts';

export const tenants = pgTable('tenants', {
  id: uuid('id').primaryKey(),
  slug: text('slug').notNull(),
  name: text('name').notNull(),
  maxTokenDays: integer('max_token_days'),
  allowEternalTokens: boolean('allow_eternal_tokens').notNull().default(true),
  disableOnReuse: boolean('disable_on_reuse').notNull().default(false),
  callsPerSecond: integer('calls_per_second'),
  callsAtOnce: integer('calls_at_once'),
  agentRotationDays: integer('agent_rotation_days').notNull().default(7),
  agentOverdueDays: integer('agent_overdue_days').notNull().default(7),
  agentGraceMinutes: integer('agent_grace_minutes').notNull().default(5),
  agentRotationTimeoutSeconds: integer('agent_rotation_timeout_seconds').notNull().default(30),
  agentRotationCheckMinutes: integer('agent_rotation_check_minutes').notNull().default(60),
  agentRecoveryDays: integer('agent_recovery_days').notNull().default(30),
  agentCloneAction: text('agent_clone_action', { enum: ['warn', 'pause'] })
    .notNull()
    .default('warn'),
  /** When it was last looked for agents whose secrets are due. */
  agentsCheckedAt: instant('agents_checked_at'),
  createdAt: instant('created_at').notNull(),
  suspendedAt: instant('suspended_at'),
  suspendReason: text('suspend_reason'),
  deletedAt: instant('deleted_at'),
  purgeBeganAt: instant('purge_began_at'),
  purgedAt: instant('purged_at'),
});

export const users = pgTable('users', {
  id: uuid('id').primaryKey(),
  tenantId: uuid('tenant_id').notNull(),
  email: text('email').notNull(),
  /** As addresses are compared; the database works it out. */
  canonicalEmail: text('canonical_email')
    .notNull()
    .generatedAlwaysAs(sql`email`),
  name: text('name').notNull(),
  /** As names are searched and sorted; the database works it out. */
  foldedName: text('folded_name')
    .notNull()
    .generatedAlwaysAs(sql`name`),
  role: text('role', { enum: ['viewer', 'member', 'manager', 'admin'] }).notNull(),
  platformAdmin: boolean('platform_admin').notNull().default(false),
  passwordHash: text('password_hash'),
  passwordChosenByAdmin: boolean('password_chosen_by_admin').notNull().default(false),
  lastSignInAt: instant('last_sign_in_at'),
  createdAt: instant('created_at').notNull(),
  deactivatedAt: instant('deactivated_at'),
  deactivatedBy: uuid('deactivated_by'),
  deactivateReason: text('deactivate_reason'),
  deletedAt: instant('deleted_at'),
  /** Since when tokens of this person have to be brought in line with what became of them; null: none has to. */
  unsyncedAt: instant('unsynced_at'),
  secretsMadeOn: date('secrets_made_on'),
  secretsMade: integer('secrets_made').notNull().default(0),
});

export const sessions = pgTable('sessions', {
  hash: bytea('hash').primaryKey(),
  id: uuid('id').notNull(),
  tenantId: uuid('tenant_id').notNull(),
  userId: uuid('user_id').notNull(),
  createdAt: instant('created_at').notNull(),
  lastSeenAt: instant('last_seen_at').notNull(),
  confirmedAt: instant('confirmed_at'),
  address: inet('address'),
  userAgent: text('user_agent'),
});

export const oneTimeCodes = pgTable('one_time_codes', {
  id: uuid('id').primaryKey(),
  tenantId: uuid('tenant_id').notNull(),
  userId: uuid('user_id'),
  hash: bytea('hash').notNull(),
  purpose: text('purpose', {
    enum: ['first_admin', 'invite', 'reset', 'password', 'magic', 'setup', 'device', 'agent'],
  }).notNull(),
  issuedBy: uuid('issued_by'),
  issuedSessionId: uuid('issued_session_id'),
  issuedCredentialId: uuid('issued_credential_id'),
  requiresPlatformAdmin: boolean('requires_platform_admin').notNull().default(false),
  requiredRole: text('required_role', { enum: ['viewer', 'member', 'manager', 'admin'] }),
  payload: jsonb('payload').notNull().default({}),
  createdAt: instant('created_at').notNull(),
  expiresAt: instant('expires_at').notNull(),
  consumedAt: instant('consumed_at'),
});
