import { z } from 'zod';

const rateLimit = z.strictObject({
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
});

export const settingsView = z.object({
  maxTokenDays: z.int().nullable().meta({
    description: 'The longest life of a token that is made from now on, in days; `null`: ten years.',
    example: 365,
  }),
  allowEternalTokens: z.boolean().meta({ description: 'Whether a token may never expire.' }),
  disableOnReuse: z.boolean().meta({
    description: 'Whether a token is switched off when a secret is used that a rotation had replaced.',
  }),
  rateLimit: rateLimit.nullable().meta({
    description: 'How fast each credential may call; `null`: as fast as the installation allows.',
  }),
  installation: z
    .object({ rateLimit: rateLimit.nullable(), auditRetentionDays: z.int().nullable() })
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
  rateLimit: rateLimit
    .refine(({ perSecond, atOnce }) => atOnce >= perSecond, {
      path: ['atOnce'],
      error: 'At least as many as in a second.',
    })
    .nullable()
    .optional(),
});
export type UpdateSettingsInput = z.infer<typeof updateSettingsInput>;
