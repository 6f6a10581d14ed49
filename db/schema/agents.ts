import { inet, integer, jsonb, pgTable, text, uuid } from 'drizzle-orm/pg-core';
import { instant } from '#db/schema/columns.ts';

/** Of an agent what its credential, which has the same id, does not hold. */
export const agents = pgTable('agents', {
  id: uuid('id').primaryKey(),
  tenantId: uuid('tenant_id').notNull(),
  ownerUserId: uuid('owner_user_id').notNull(),
  description: text('description'),
  rotationDays: integer('rotation_days'),
  /** Waits to enrol it. */
  codeId: uuid('code_id'),
  /** Its secrets stem from it. */
  enrolledCodeId: uuid('enrolled_code_id'),
  rotateAfter: instant('rotate_after'),
  pausedAt: instant('paused_at'),
  pauseReason: text('pause_reason'),
  stuckAt: instant('stuck_at'),
  cloneSuspectedAt: instant('clone_suspected_at'),
  host: text('host'),
  version: text('version'),
  address: inet('address'),
  connectedAt: instant('connected_at'),
  lastSeenAt: instant('last_seen_at'),
  /** The server that holds its connection, if that is alive. */
  serverId: uuid('server_id'),
  connectionId: uuid('connection_id'),
  connectionEpoch: integer('connection_epoch'),
  /** The hosts that it said lately. */
  visits: jsonb('visits')
    .$type<{ host: string; address: string | null; epoch: number; at: string }[]>()
    .notNull()
    .default([]),
});

export const agentServers = pgTable('agent_servers', {
  id: uuid('id').primaryKey(),
  seenAt: instant('seen_at').notNull(),
});

export const rotations = pgTable('rotations', {
  id: uuid('id').primaryKey(),
  tenantId: uuid('tenant_id').notNull(),
  agentId: uuid('agent_id').notNull(),
  epoch: integer('epoch'),
  state: text('state', {
    enum: ['queued', 'staged', 'delivered', 'persisted', 'promoted', 'failed', 'superseded', 'cancelled'],
  }).notNull(),
  cause: text('cause', { enum: ['schedule', 'request', 'recovery', 'enrollment'] }).notNull(),
  requestedBy: text('requested_by'),
  failure: text('failure', {
    enum: ['disk_full', 'not_writable', 'verify_failed', 'busy', 'unsupported', 'other', 'timeout', 'lost'],
  }),
  failureText: text('failure_text'),
  createdAt: instant('created_at').notNull(),
  stagedAt: instant('staged_at'),
  deliveredAt: instant('delivered_at'),
  persistedAt: instant('persisted_at'),
  promotedAt: instant('promoted_at'),
  endedAt: instant('ended_at'),
});
