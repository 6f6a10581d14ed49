import { z } from 'zod';
import {
  cursorSchema,
  idSchema,
  keyPermissions,
  resourcesSchema,
  resourcesView,
  resourceTextSchema,
  searchSchema,
  timestampSchema,
} from '#server/core/access/schema.ts';
import { secretFreeLine } from '#server/core/free-text/schema.ts';
import {
  ipAllowlistSchema,
  matchingTokensView,
  rotateTokenInput,
  tokenPageView,
  tokenStatusSchema,
  tokenView,
} from '#server/credentials/tokens/schema.ts';

export const keyLimits = {
  nameLength: 64,
  /** Keys of a tenant that have neither expired nor been revoked. */
  live: 1_000,
  soonestMinutes: 5,
  maxDays: 3_650,
  defaultDays: 90,
  pageSize: 200,
} as const;

const keyNameSchema = secretFreeLine(keyLimits.nameLength, 'Enter a name.').meta({ example: 'billing' });

/** A key does what it names: no role stands behind a `*`. */
const keyGrantSchema = z
  .array(z.enum(keyPermissions))
  .min(1, 'Choose at least one permission.')
  .max(keyPermissions.length)
  .refine((grant) => new Set<string>(grant).size === grant.length, 'Name each permission once.')
  .meta({ example: ['mcp:call', 'llm:call'] });
export type KeyGrant = z.infer<typeof keyGrantSchema>;

const keyExpirySchema = timestampSchema.nullable().meta({
  description: `From ${keyLimits.soonestMinutes} minutes to ${keyLimits.maxDays} days ahead; \`null\`: never.`,
});

/** An API key as the tenant's managers see it. Never the secret, nor its hash. */
export const keyView = tokenView
  .pick({
    id: true,
    status: true,
    enabled: true,
    held: true,
    ipAllowlist: true,
    createdAt: true,
    expiresAt: true,
    lastUsedAt: true,
    lastUsedIp: true,
    lastUsedAgent: true,
    useCount: true,
    revokedAt: true,
    revokedBy: true,
    revokeReason: true,
    rotation: true,
  })
  .extend({
    name: z.string().meta({ example: 'billing' }),
    prefix: z.string().meta({ example: 'kw_key_4fT9xQ2a' }),
    permissions: z.array(z.enum(keyPermissions)).meta({ example: ['mcp:call', 'llm:call'] }),
    resources: resourcesView,
    limits: z.object({
      rate: z
        .object({ perSecond: z.int(), atOnce: z.int() })
        .nullable()
        .meta({ description: 'Its own; `null`: that of the tenant or of the installation.', example: null }),
    }),
    createdBy: z
      .object({ id: idSchema, label: z.string().meta({ example: 'ada@example.com' }) })
      .meta({ description: 'Who made it, also when they are gone.' }),
  });
export type KeyView = z.infer<typeof keyView>;

export const createKeyInput = z.strictObject({
  name: keyNameSchema,
  permissions: keyGrantSchema,
  resources: resourcesSchema
    .prefault({})
    .meta({ description: 'What it may reach, by type; left out: nothing.' }),
  ipAllowlist: ipAllowlistSchema.default([]),
  expiresAt: keyExpirySchema
    .optional()
    .meta({ description: `Left out: ${keyLimits.defaultDays} days ahead, or as long as the tenant allows.` }),
});
export type CreateKeyInput = z.infer<typeof createKeyInput>;

const keySecretSchema = z
  .string()
  .meta({ description: 'The secret, shown here and never again.', example: 'kw_key_…' });

export const createdKeyView = z.object({ token: keySecretSchema, credential: keyView });
export type CreatedKeyView = z.infer<typeof createdKeyView>;

export const keyIdInput = z.strictObject({ id: idSchema });
export type KeyIdInput = z.infer<typeof keyIdInput>;

export const updateKeyInput = z.strictObject({
  id: idSchema,
  name: keyNameSchema.optional(),
  permissions: keyGrantSchema.optional(),
  resources: resourcesSchema.optional().meta({ description: 'In place of all that it reaches now.' }),
  ipAllowlist: ipAllowlistSchema.optional(),
  expiresAt: keyExpirySchema.optional(),
  enabled: z.boolean().optional(),
});
export type UpdateKeyInput = z.infer<typeof updateKeyInput>;

export const revokeKeyInput = z.strictObject({
  id: idSchema,
  reason: secretFreeLine(500).optional().meta({ example: 'The service was retired' }),
});
export type RevokeKeyInput = z.infer<typeof revokeKeyInput>;

export const rotateKeyInput = rotateTokenInput;
export type RotateKeyInput = z.infer<typeof rotateKeyInput>;

export const rotatedKeyView = z.object({
  token: keySecretSchema.nullable().meta({
    description: 'The new secret, shown here and never again: `null` where the rotation was made before.',
    example: 'kw_key_…',
  }),
  credential: keyView,
});
export type RotatedKeyView = z.infer<typeof rotatedKeyView>;

export const keySorts = ['createdAt', 'expiresAt', 'lastUsedAt', 'name'] as const;

export const listKeysInput = z.strictObject({
  search: searchSchema().optional().meta({ description: 'Part of a name, or the start of a prefix.' }),
  status: tokenStatusSchema.optional(),
  enabled: z.boolean().optional(),
  creator: idSchema.optional().meta({ description: 'Who made it: the id of a user.' }),
  resource: resourceTextSchema.optional().meta({ description: 'Reaches this: `type:id`.' }),
  sort: z.enum(keySorts).default('createdAt'),
  order: z.enum(['asc', 'desc']).default('desc'),
  cursor: cursorSchema.optional(),
  limit: z.int().min(1).max(keyLimits.pageSize).default(50),
});
export type ListKeysInput = z.infer<typeof listKeysInput>;

export const keyPageView = z.object({
  items: z.array(keyView),
  nextCursor: cursorSchema.nullable(),
  counts: tokenPageView.shape.counts.meta({ description: 'Over all keys, ignoring the filters.' }),
  matching: matchingTokensView,
});
export type KeyPageView = z.infer<typeof keyPageView>;
