import { sql } from 'drizzle-orm';
import { bigint, boolean, date, inet, integer, jsonb, pgTable, text, uuid } from 'drizzle-orm/pg-core';
import { bytea, instant } from '#db/schema/columns.ts';

export const credentials = pgTable('credentials', {
  id: uuid('id').primaryKey(),
  tenantId: uuid('tenant_id').notNull(),
  kind: text('kind', { enum: ['pat', 'key', 'agent'] }).notNull(),
  /** Of a personal token. */
  ownerUserId: uuid('owner_user_id'),
  /** Of a key. */
  madeBy: uuid('made_by'),
  name: text('name').notNull(),
  nameReleased: boolean('name_released').notNull().default(false),
  permissions: text('permissions').array().notNull(),
  /** By type; null: every resource. */
  resources: jsonb('resources').$type<Record<string, string[] | '*'>>(),
  ipAllowlist: text('ip_allowlist').array().notNull().default([]),
  enabled: boolean('enabled').notNull().default(true),
  held: boolean('held').notNull().default(false),
  createdAt: instant('created_at').notNull(),
  expiresAt: instant('expires_at'),
  revokedAt: instant('revoked_at'),
  revokedBy: uuid('revoked_by'),
  revokeReason: text('revoke_reason'),
  callsPerSecond: integer('calls_per_second'),
  callsAtOnce: integer('calls_at_once'),
  /** How far its life had gone when it was last swept. */
  sweptLife: text('swept_life', { enum: ['active', 'expiring', 'expired'] })
    .notNull()
    .default('active'),
  /** What it was then; the database works it out. */
  sweptStatus: text('swept_status', { enum: ['active', 'expiring', 'expired', 'disabled', 'revoked'] })
    .notNull()
    .generatedAlwaysAs(sql`swept_life`),
  /** When that stops being true by time alone. */
  turnsAt: instant('turns_at').generatedAlwaysAs(sql`expires_at`),
  ownerLabel: text('owner_label').notNull().default(''),
});

export const secrets = pgTable('secrets', {
  hash: bytea('hash').primaryKey(),
  credentialId: uuid('credential_id').notNull(),
  purpose: text('purpose', { enum: ['main', 'access', 'refresh'] })
    .notNull()
    .default('main'),
  prefix: text('prefix').notNull(),
  epoch: integer('epoch').notNull(),
  state: text('state', { enum: ['current', 'staged', 'grace', 'retired'] }).notNull(),
  createdAt: instant('created_at').notNull(),
  validUntil: instant('valid_until'),
  /** Of an agent's: it ends though the credential does not. */
  expiresAt: instant('expires_at'),
  rotationId: uuid('rotation_id'),
});

/** One row for each credential, made by a trigger. */
export const credentialLastUse = pgTable('credential_last_use', {
  credentialId: uuid('credential_id').primaryKey(),
  tenantId: uuid('tenant_id').notNull(),
  /** As the credential's. */
  sweptStatus: text('swept_status', {
    enum: ['active', 'expiring', 'expired', 'disabled', 'revoked'],
  }).notNull(),
  lastUsedAt: instant('last_used_at'),
  lastUsedIp: inet('last_used_ip'),
  lastUsedAgent: text('last_used_agent'),
  useCount: bigint('use_count', { mode: 'number' }).notNull().default(0),
});

export const credentialUse = pgTable('credential_use', {
  credentialId: uuid('credential_id').notNull(),
  day: date('day').notNull(),
  address: inet('address'),
  endpoint: text('endpoint'),
  count: bigint('count', { mode: 'number' }).notNull().default(0),
  refused: bigint('refused', { mode: 'number' }).notNull().default(0),
  lastAt: instant('last_at').notNull(),
});
