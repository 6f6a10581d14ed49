import { z } from 'zod';
import {
  agentPermissions,
  cursorSchema,
  idSchema,
  resourcesSchema,
  resourcesView,
  resourceTextSchema,
  searchSchema,
  timestampSchema,
} from '#server/core/access/schema.ts';
import { secretFreeLine } from '#server/core/free-text/schema.ts';
import { rotationView } from '#server/credentials/rotation/schema.ts';

export const agentLimits = {
  nameLength: 63,
  descriptionLength: 500,
  hostLength: 253,
  /** Of a tenant, deleted ones apart. */
  agents: 50_000,
  codeMinutes: 10,
  maxCodeMinutes: 1_440,
  pageSize: 200,
} as const;

export const agentNameSchema = z
  .string()
  .regex(
    /^[a-z0-9][a-z0-9._-]{0,62}$/,
    'Lower-case letters, digits, dots, hyphens and underscores, at most 63, beginning with a letter or a digit.',
  )
  .meta({ example: 'build-runner-1' });

const descriptionSchema = secretFreeLine(agentLimits.descriptionLength, 'Enter a description.').nullable();

/** An agent does what it names, within its owner's role. */
const agentGrantSchema = z
  .array(z.enum(agentPermissions))
  .min(1, 'Choose at least one permission.')
  .max(agentPermissions.length)
  .refine((grant) => new Set<string>(grant).size === grant.length, 'Name each permission once.')
  .meta({ example: ['profile:read', 'mcp:call'] });
export type AgentGrant = z.infer<typeof agentGrantSchema>;

const rotationDaysSchema = z
  .int('A whole number of days.')
  .min(1, 'At least 1 day.')
  .max(365, 'At most 365 days.')
  .nullable()
  .meta({ description: 'How often its secret is replaced; `null`: as the tenant has it.', example: null });

export const agentStatuses = [
  'never_connected',
  'online',
  'offline',
  'rotation_pending',
  'rotation_stuck',
  'paused',
  'disabled',
] as const;
export const agentStatusSchema = z.enum(agentStatuses).meta({
  description:
    '`rotation_pending`: a new secret is on its way. `rotation_stuck`: three were delivered and not confirmed.',
});
export type AgentStatus = z.infer<typeof agentStatusSchema>;

export const agentView = z.object({
  id: idSchema.meta({ description: 'Also that of its credential.' }),
  name: z.string().meta({ example: 'build-runner-1' }),
  description: z.string().nullable(),
  ownerId: idSchema,
  owner: z
    .object({ id: idSchema, label: z.string().meta({ example: 'ada@example.com' }), active: z.boolean() })
    .meta({ description: 'For whom it acts. Deactivated, its calls are refused until it is transferred.' }),
  permissions: z.array(z.enum(agentPermissions)),
  resources: resourcesView,
  enabled: z.boolean(),
  status: agentStatusSchema,
  online: z.boolean(),
  rotationDays: rotationDaysSchema,
  epoch: z.int().nullable().meta({ description: 'Of its current secret; `null`: it has none.', example: 3 }),
  prefix: z.string().nullable().meta({ example: 'kw_agt_4fT9xQ2a' }),
  rotateAfter: timestampSchema.nullable().meta({ description: 'When its secret is due to be replaced.' }),
  expiresAt: timestampSchema
    .nullable()
    .meta({ description: 'When its secret ends if it is not replaced before.' }),
  rotation: rotationView.nullable().meta({ description: 'The one that is under way, or the last.' }),
  enrollment: z
    .object({ expiresAt: timestampSchema })
    .nullable()
    .meta({ description: 'A code that waits to be used.' }),
  host: z.string().nullable().meta({ example: 'runner-7.internal' }),
  version: z.string().nullable().meta({ example: '0.1.0' }),
  address: z.string().nullable().meta({ example: '203.0.113.7' }),
  connectedAt: timestampSchema.nullable(),
  lastSeenAt: timestampSchema.nullable(),
  pausedAt: timestampSchema.nullable(),
  pauseReason: z.string().nullable(),
  stuckAt: timestampSchema.nullable(),
  cloneSuspectedAt: timestampSchema.nullable(),
  createdAt: timestampSchema,
});
export type AgentView = z.infer<typeof agentView>;

const minutesSchema = z
  .int('A whole number of minutes.')
  .min(1, 'At least 1 minute.')
  .max(agentLimits.maxCodeMinutes, `At most ${agentLimits.maxCodeMinutes} minutes.`)
  .default(agentLimits.codeMinutes)
  .meta({ description: 'How long the code works: longer for what is baked into an image.' });

export const createAgentInput = z.strictObject({
  name: agentNameSchema,
  description: descriptionSchema.optional(),
  permissions: agentGrantSchema.default(['profile:read']),
  resources: resourcesSchema
    .prefault({})
    .meta({ description: 'What it may reach, by type; left out: nothing.' }),
  ownerId: idSchema.optional().meta({ description: 'For whom it acts; left out: for you.' }),
  rotationDays: rotationDaysSchema.optional(),
  minutes: minutesSchema,
});
export type CreateAgentInput = z.infer<typeof createAgentInput>;

const codeSchema = z.string().meta({
  description: 'What the machine swaps for its first secret, once. Shown here and never again.',
  example: 'kw_set_…',
});

export const createdAgentView = z.object({ agent: agentView, code: codeSchema, expiresAt: timestampSchema });
export type CreatedAgentView = z.infer<typeof createdAgentView>;

export const agentIdInput = z.strictObject({ id: idSchema });
export type AgentIdInput = z.infer<typeof agentIdInput>;

export const issueAgentCodeInput = z.strictObject({ id: idSchema, minutes: minutesSchema });
export type IssueAgentCodeInput = z.infer<typeof issueAgentCodeInput>;

export const issuedAgentCodeView = z.object({ code: codeSchema, expiresAt: timestampSchema });
export type IssuedAgentCodeView = z.infer<typeof issuedAgentCodeView>;

export const updateAgentInput = z.strictObject({
  id: idSchema,
  name: agentNameSchema.optional(),
  description: descriptionSchema.optional(),
  permissions: agentGrantSchema.optional(),
  resources: resourcesSchema.optional().meta({ description: 'In place of all that it reaches now.' }),
  rotationDays: rotationDaysSchema.optional(),
  enabled: z.boolean().optional(),
});
export type UpdateAgentInput = z.infer<typeof updateAgentInput>;

export const pauseAgentInput = z.strictObject({
  id: idSchema,
  reason: secretFreeLine(500, 'Say why.').meta({ example: 'It floods the build server' }),
});
export type PauseAgentInput = z.infer<typeof pauseAgentInput>;

export const transferAgentInput = z.strictObject({ id: idSchema, userId: idSchema });
export type TransferAgentInput = z.infer<typeof transferAgentInput>;

export const agentSorts = ['createdAt', 'lastSeenAt', 'name', 'rotateAfter'] as const;

export const listAgentsInput = z.strictObject({
  search: searchSchema().optional().meta({ description: 'Part of a name, or the start of a prefix.' }),
  status: agentStatusSchema.optional(),
  enabled: z.boolean().optional(),
  owner: idSchema.optional().meta({ description: 'For whom it acts: the id of a user.' }),
  resource: resourceTextSchema.optional().meta({ description: 'Reaches this: `type:id`.' }),
  sort: z.enum(agentSorts).default('createdAt'),
  order: z.enum(['asc', 'desc']).default('desc'),
  cursor: cursorSchema.optional(),
  limit: z.int().min(1).max(agentLimits.pageSize).default(50),
});
export type ListAgentsInput = z.infer<typeof listAgentsInput>;

export const agentPageView = z.object({
  items: z.array(agentView),
  nextCursor: cursorSchema.nullable(),
  counts: z
    .object({
      never_connected: z.int(),
      online: z.int(),
      offline: z.int(),
      rotation_pending: z.int(),
      rotation_stuck: z.int(),
      paused: z.int(),
      disabled: z.int(),
    } satisfies Record<AgentStatus, unknown>)
    .meta({ description: 'Over all that you see, ignoring the filters.' }),
  matching: z.int().meta({ description: 'How many the filters let through.' }),
});
export type AgentPageView = z.infer<typeof agentPageView>;

export const enrollAgentInput = z.strictObject({
  code: z.string().min(1).max(200).meta({ example: 'kw_set_…' }),
  host: z.string().min(1).max(agentLimits.hostLength).meta({ example: 'runner-7.internal' }),
  version: z
    .string()
    .max(64)
    .regex(/^[\w.+-]+$/, 'A version, such as 0.1.0.')
    .meta({ example: '0.1.0' }),
});
export type EnrollAgentInput = z.infer<typeof enrollAgentInput>;

export const enrolledAgentView = z.object({
  agent: z.object({ id: idSchema, name: z.string() }),
  token: z.string().meta({ description: 'Its secret, shown here and never again.', example: 'kw_agt_…' }),
  epoch: z.int(),
});
export type EnrolledAgentView = z.infer<typeof enrolledAgentView>;
