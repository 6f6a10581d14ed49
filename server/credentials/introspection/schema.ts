import { z } from 'zod';
import {
  credentialView,
  idSchema,
  permissionSchema,
  resourceSchema,
  roleSchema,
  timestampSchema,
} from '#server/core/access/schema.ts';

export const verifyCodes = [
  'valid',
  'token_invalid',
  'token_revoked',
  'token_expired',
  'token_disabled',
  'account_deactivated',
  'tenant_suspended',
  'paused',
  'ip_not_allowed',
  'permission_denied',
  'resource_denied',
  'rate_limited',
  'quota_exceeded',
] as const;
export const verifyCodeSchema = z.enum(verifyCodes).meta({
  description: 'The first reason that applies. A token of another tenant is `token_invalid`.',
});
export type VerifyCode = z.infer<typeof verifyCodeSchema>;

export const verifyInput = z.strictObject({
  token: z.string().min(1).max(4_096).meta({ description: 'What was shown to you.', example: 'kw_pat_…' }),
  permission: permissionSchema.optional().meta({ description: 'Has to be among its permissions.' }),
  resource: resourceSchema.optional().meta({ description: 'What it wants to reach.' }),
  cost: z
    .int()
    .min(1)
    .max(1_000)
    .default(1)
    .meta({ description: 'How many calls this one counts for in the token’s rate limit.' }),
  address: z.string().max(256).nullish().meta({
    description:
      'Where the token came from, also with a port. Without it, or where it is no IP address, a token that may come from some addresses only is `ip_not_allowed`.',
    example: '203.0.113.7',
  }),
});
export type VerifyInput = z.infer<typeof verifyInput>;

const heldPermissions = z
  .array(permissionSchema)
  .meta({ description: 'What it may do at this moment.', example: ['mcp:call'] });

/** A person, by a token of theirs; a key, which has no role: it may do what it was granted; or an agent, within its owner's role. */
const principalView = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('user'),
    id: idSchema,
    tenantId: idSchema,
    email: z.string().meta({ example: 'ada@example.com' }),
    name: z.string().meta({ example: 'Ada Lovelace' }),
    role: roleSchema,
    permissions: heldPermissions,
  }),
  z.object({
    kind: z.literal('key'),
    id: idSchema,
    tenantId: idSchema,
    name: z.string().meta({ example: 'billing' }),
    permissions: heldPermissions,
  }),
  z.object({
    kind: z.literal('agent'),
    id: idSchema,
    tenantId: idSchema,
    name: z.string().meta({ example: 'build-runner-1' }),
    ownerId: idSchema.meta({ description: 'For whom it acts.' }),
    permissions: heldPermissions,
  }),
]);

export const verifyView = z.object({
  valid: z.boolean(),
  code: verifyCodeSchema,
  principal: principalView
    .optional()
    .meta({ description: 'Who acts. Left out for a token that does not work.' }),
  credential: credentialView.optional(),
  limits: z
    .object({
      rate: z.object({
        perSecond: z.int(),
        atOnce: z.int(),
        remaining: z.int(),
        retryInSeconds: z.int().meta({ description: 'When `rate_limited`; else 0.' }),
      }),
    })
    .optional(),
  expiresAt: timestampSchema.nullable().optional().meta({
    description: 'When the secret that was shown stops working: after a rotation, when its grace ends.',
  }),
});
export type VerifyView = z.infer<typeof verifyView>;

/** RFC 7662, section 2.2. Of a token that is not active for the caller, nothing else is said. */
export const introspectionView = z.union([
  z.object({ active: z.literal(false) }),
  z.looseObject({
    active: z.literal(true),
    token_type: z.literal('Bearer'),
    scope: z.string().meta({ description: 'Permissions, with spaces between them.' }),
    client_id: z.string().meta({ description: 'Id of the token, or of the session.' }),
    username: z.string().optional().meta({
      description: 'Of a token: whose it is; of a key or an agent its name.',
      example: 'ada@example.com',
    }),
    sub: idSchema,
    iss: z.string().optional(),
    tenant: idSchema,
    role: roleSchema.optional().meta({ description: 'Of a person.' }),
    typ: z.enum(['session', 'pat', 'key', 'agent']),
    exp: z.number().optional(),
  }),
]);
export type Introspection = z.infer<typeof introspectionView>;

/** RFC 8693, section 2.2.1. */
export const exchangeView = z.object({
  access_token: z.string(),
  issued_token_type: z.literal('urn:ietf:params:oauth:token-type:jwt'),
  token_type: z.literal('Bearer'),
  expires_in: z.int().meta({ description: 'Seconds.' }),
  scope: z.string(),
});
export type ExchangeView = z.infer<typeof exchangeView>;
