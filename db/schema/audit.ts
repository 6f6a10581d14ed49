import { sql } from 'drizzle-orm';
import { bigint, inet, jsonb, pgTable, text, uuid } from 'drizzle-orm/pg-core';
import { bytea, instant } from '#db/schema/columns.ts';

/** What a writer says of an event. */
export const auditEventColumns = {
  time: instant('time').notNull(),
  tenantId: uuid('tenant_id').notNull(),
  actorKind: text('actor_kind', { enum: ['user', 'key', 'agent', 'system', 'anonymous'] }).notNull(),
  actorId: uuid('actor_id'),
  actorLabel: text('actor_label').notNull(),
  credentialId: uuid('credential_id'),
  onBehalfOf: uuid('on_behalf_of'),
  action: text('action').notNull(),
  resourceType: text('resource_type'),
  resourceId: uuid('resource_id'),
  resourceLabel: text('resource_label'),
  outcome: text('outcome', { enum: ['ok', 'denied', 'failed'] }).notNull(),
  code: text('code'),
  address: inet('address'),
  userAgent: text('user_agent'),
  requestId: uuid('request_id'),
  detail: jsonb('detail').notNull().default({}),
};

/** Partitioned by month of `time`. The database chooses the sequence and when a row was recorded: no statement of ours may. */
export const auditEvents = pgTable('audit_events', {
  sequence: bigint('sequence', { mode: 'number' })
    .primaryKey()
    .generatedAlwaysAs(sql`nextval('audit_sequence')`),
  ...auditEventColumns,
  recordedAt: instant('recorded_at').generatedAlwaysAs(sql`clock_timestamp()`),
});

export const auditSeals = pgTable('audit_seals', {
  number: bigint('number', { mode: 'number' }).primaryKey(),
  toSequence: bigint('to_sequence', { mode: 'number' }).notNull(),
  seal: jsonb('seal').notNull(),
  fingerprints: bytea('fingerprints').notNull(),
  createdAt: instant('created_at').notNull().defaultNow(),
});

/** Holds nothing: the lock of this table is that of the sealers. */
export const auditSealing = pgTable('audit_sealing', {});

/** Months that were taken out of the log. */
export const auditArchives = pgTable('audit_archives', {
  month: text('month').primaryKey(),
  archive: jsonb('archive').notNull(),
  createdAt: instant('created_at').notNull().defaultNow(),
});
