import { bigint, boolean, integer, json, pgTable, text, uuid } from 'drizzle-orm/pg-core';
import { bytea, instant } from '#db/schema/columns.ts';

/** Tool servers of others (MCP) that a tenant added. */
export const mcpServers = pgTable('mcp_servers', {
  id: uuid('id').primaryKey(),
  tenantId: uuid('tenant_id').notNull(),
  alias: text('alias').notNull(),
  url: text('url').notNull(),
  transport: text('transport', { enum: ['auto', 'http'] }).notNull(),
  auth: text('auth', { enum: ['none', 'headers', 'keyward_jwt'] }).notNull(),
  headerNames: text('header_names').array().notNull(),
  headersSealed: bytea('headers_sealed'),
  timeoutSeconds: integer('timeout_seconds').notNull(),
  totalSeconds: integer('total_seconds').notNull(),
  maxConcurrent: integer('max_concurrent').notNull(),
  enabled: boolean('enabled').notNull().default(true),
  trusted: boolean('trusted').notNull().default(false),
  nanoUsdPerCall: bigint('nano_usd_per_call', { mode: 'bigint' }).notNull(),
  createdAt: instant('created_at').notNull(),
  createdBy: uuid('created_by').notNull(),
  health: text('health', { enum: ['up', 'degraded', 'down'] }).notNull(),
  healthSince: instant('health_since').notNull(),
  fault: text('fault', {
    enum: ['address_refused', 'unreachable', 'tls', 'timeout', 'unauthorized', 'not_mcp'],
  }),
  toolsLeftOut: integer('tools_left_out').notNull().default(0),
  failures: integer('failures').notNull().default(0),
  checkedAt: instant('checked_at'),
  nextCheckAt: instant('next_check_at').notNull(),
  lastUsedAt: instant('last_used_at').notNull(),
});

/** What a server offers: the parts of a tool that a model or a person reads, and no others. */
export interface ToolDefinition {
  name: string;
  title?: string | undefined;
  description?: string | undefined;
  inputSchema: Record<string, unknown>;
  outputSchema?: Record<string, unknown> | undefined;
  annotations?: Record<string, unknown> | undefined;
}

export const mcpTools = pgTable('mcp_tools', {
  serverId: uuid('server_id').notNull(),
  tenantId: uuid('tenant_id').notNull(),
  name: text('name').notNull(),
  shownName: text('shown_name').notNull(),
  state: text('state', { enum: ['approved', 'new', 'changed', 'hidden'] }).notNull(),
  definition: json('definition').$type<ToolDefinition>().notNull(),
  pin: bytea('pin').notNull(),
  approvedDefinition: json('approved_definition').$type<ToolDefinition>(),
  approvedPin: bytea('approved_pin'),
  foundAt: instant('found_at').notNull(),
  changedAt: instant('changed_at').notNull(),
  approvedAt: instant('approved_at'),
  approvedBy: uuid('approved_by'),
  goneAt: instant('gone_at'),
});
