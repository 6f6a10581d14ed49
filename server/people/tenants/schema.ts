import { z } from 'zod';

export const settingsView = z.object({
  maxTokenDays: z.int().nullable().meta({
    description: 'The longest life of a token that is made from now on, in days; `null`: ten years.',
    example: 365,
  }),
  allowEternalTokens: z.boolean().meta({ description: 'Whether a token may never expire.' }),
  disableOnReuse: z.boolean().meta({
    description: 'Whether a token is switched off when a secret is used that a rotation had replaced.',
  }),
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
});
export type UpdateSettingsInput = z.infer<typeof updateSettingsInput>;
