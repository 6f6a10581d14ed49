import { z } from 'zod';
import { emailSchema } from '#server/account-schema.ts';
import { cursorSchema, idSchema, searchSchema, timestampSchema } from '#server/core/access/schema.ts';
import { secretFreeLine } from '#server/core/free-text/schema.ts';
import { userNameSchema } from '#server/people/users/schema.ts';

const rateLimitSchema = z
  .strictObject({
    perSecond: z
      .int('A whole number of calls.')
      .min(1, 'At least 1 call.')
      .max(1_000_000, 'At most 1,000,000 calls.')
      .meta({ description: 'Calls a second, for as long as it lasts.', example: 50 }),
    atOnce: z
      .int('A whole number of calls.')
      .min(1, 'At least 1 call.')
      .max(10_000_000, 'At most 10,000,000 calls.')
      .meta({ description: 'Calls at once, after a pause: no fewer than `perSecond`.', example: 100 }),
  })
  .refine(({ perSecond, atOnce }) => atOnce >= perSecond, {
    path: ['atOnce'],
    error: 'At least as many as in a second.',
  })
  .nullable()
  .meta({ description: 'Of each credential; `null`: that of the installation.', example: null });

const agentDays = (min: number, max: number) =>
  z
    .int('A whole number of days.')
    .min(min, `At least ${min} ${min === 1 ? 'day' : 'days'}.`)
    .max(max, `At most ${max} days.`);
const agentMinutes = (max: number) =>
  z
    .int('A whole number of minutes.')
    .min(1, 'At least 1 minute.')
    .max(max, `At most ${max.toLocaleString('en-GB')} minutes.`);

/** How the secrets of agents are replaced, and what is done about copies. */
const agentSettings = z.object({
  agentRotationDays: agentDays(1, 365).meta({
    description: 'How often the secret of an agent is replaced that says nothing else.',
    example: 7,
  }),
  agentOverdueDays: agentDays(0, 90).meta({
    description:
      'How long a secret works on that is due to be replaced; 0 only where that is every 2 days or less often.',
    example: 7,
  }),
  agentGraceMinutes: agentMinutes(60).meta({
    description: 'How long a secret works on that was replaced.',
    example: 5,
  }),
  agentRotationTimeoutSeconds: z
    .int('A whole number of seconds.')
    .min(5, 'At least 5 seconds.')
    .max(300, 'At most 300 seconds.')
    .meta({ description: 'How long an agent may take to confirm a new secret.', example: 30 }),
  agentRotationCheckMinutes: agentMinutes(1_440).meta({
    description: 'How often it is looked which secrets are due.',
    example: 60,
  }),
  agentRecoveryDays: agentDays(0, 365).meta({
    description: 'How long an agent whose secret has ended may still connect to get a new one.',
    example: 30,
  }),
  agentCloneAction: z
    .enum(['warn', 'pause'])
    .meta({ description: 'What is done with an agent that seems to run in two places.', example: 'warn' }),
});

export const settingsView = agentSettings.extend({
  maxTokenDays: z.int().nullable().meta({
    description: 'The longest life of a token that is made from now on, in days; `null`: ten years.',
    example: 365,
  }),
  allowEternalTokens: z.boolean().meta({ description: 'Whether a token may never expire.' }),
  disableOnReuse: z.boolean().meta({
    description: 'Whether a token is switched off when a secret is used that a rotation had replaced.',
  }),
  rateLimit: rateLimitSchema,
  installation: z
    .object({ rateLimit: rateLimitSchema, auditRetentionDays: z.int().nullable() })
    .meta({ description: 'What the operator decided for all tenants. `null`: no limit, and kept for good.' }),
});
export type SettingsView = z.infer<typeof settingsView>;

export const updateSettingsInput = z.strictObject({
  maxTokenDays: z
    .int('A whole number of days.')
    .min(1, 'At least 1 day.')
    .max(3650, 'At most 3650 days.')
    .nullable()
    .optional()
    .meta({ example: 365 }),
  allowEternalTokens: z.boolean().optional(),
  disableOnReuse: z.boolean().optional(),
  rateLimit: rateLimitSchema.optional(),
  ...agentSettings.partial().shape,
});
export type UpdateSettingsInput = z.infer<typeof updateSettingsInput>;

export const tenantStatuses = ['active', 'suspended', 'deleted', 'purged'] as const;
const tenantStatusSchema = z.enum(tenantStatuses);
export type TenantStatus = z.infer<typeof tenantStatusSchema>;

const slugSchema = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'Lower-case letters, digits and hyphens, at most 63.')
  .meta({ example: 'acme' });
const tenantNameSchema = secretFreeLine(100, 'Enter a name.').meta({ example: 'Acme Ltd' });
const reasonSchema = secretFreeLine(500, 'Say why.').meta({ example: 'The contract ended' });

/** A tenant as platform admins see it: names, counts and limits, and nothing inside it. */
export const tenantView = z.object({
  id: idSchema,
  slug: z.string().meta({ example: 'acme' }),
  name: z.string().meta({ example: 'Acme Ltd' }),
  status: tenantStatusSchema,
  createdAt: timestampSchema,
  suspendedAt: timestampSchema.nullable(),
  suspendReason: z.string().nullable(),
  deletedAt: timestampSchema.nullable(),
  purgeAt: timestampSchema
    .nullable()
    .meta({ description: 'When a deleted tenant is erased; until then it can be restored.' }),
  counts: z.object({
    users: z.int().meta({ description: 'Who were not deleted.' }),
    tokens: z.int().meta({ description: 'That were not revoked.' }),
    keys: z.int().meta({ description: 'That were not revoked.' }),
    agents: z.int().meta({ description: 'That were not deleted.' }),
  }),
  limits: z.object({ maxTokenDays: z.int().nullable(), rate: rateLimitSchema }),
});
export type TenantView = z.infer<typeof tenantView>;

export const listTenantsInput = z.strictObject({
  search: searchSchema().optional().meta({ description: 'Part of a name or of a short name.' }),
  status: tenantStatusSchema.optional(),
  cursor: cursorSchema.optional(),
  limit: z.int().min(1).max(200).default(50),
});
export type ListTenantsInput = z.infer<typeof listTenantsInput>;

export const tenantPageView = z.object({
  items: z.array(tenantView).meta({ description: 'By their short names.' }),
  nextCursor: cursorSchema.nullable(),
});
export type TenantPageView = z.infer<typeof tenantPageView>;

const newAdminSchema = z.strictObject({ email: emailSchema, name: userNameSchema });

export const createTenantInput = z.strictObject({
  slug: slugSchema,
  name: tenantNameSchema,
  admin: newAdminSchema.optional().meta({ description: 'Its first admin; can be added later.' }),
});
export type CreateTenantInput = z.infer<typeof createTenantInput>;

const inviteUrlSchema = z.url().meta({
  description: 'Shown here and never again; good once, for 24 hours.',
  example: 'https://desk.example/invite#code=4fT9xQ2aLkW7',
});

export const createdTenantView = z.object({ tenant: tenantView, inviteUrl: inviteUrlSchema.nullable() });
export type CreatedTenantView = z.infer<typeof createdTenantView>;

export const tenantIdInput = z.strictObject({ id: idSchema });
export type TenantIdInput = z.infer<typeof tenantIdInput>;

export const updateTenantInput = z.strictObject({
  id: idSchema,
  name: tenantNameSchema.optional(),
});
export type UpdateTenantInput = z.infer<typeof updateTenantInput>;

export const addTenantAdminInput = z.strictObject({ id: idSchema, ...newAdminSchema.shape });
export type AddTenantAdminInput = z.infer<typeof addTenantAdminInput>;

export const addedTenantAdminView = z.object({ inviteUrl: inviteUrlSchema });
export type AddedTenantAdminView = z.infer<typeof addedTenantAdminView>;

export const suspendTenantInput = z.strictObject({ id: idSchema, reason: reasonSchema });
export type SuspendTenantInput = z.infer<typeof suspendTenantInput>;

export const deleteTenantInput = z.strictObject({
  id: idSchema,
  confirm: z.string().max(63).meta({ description: 'Its short name.', example: 'acme' }),
});
export type DeleteTenantInput = z.infer<typeof deleteTenantInput>;
