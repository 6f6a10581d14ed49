import { z } from 'zod';
import { grantSchema, idSchema, timestampSchema } from '#server/core/access/schema.ts';
import { secretFreeLine } from '#server/core/free-text/schema.ts';
import { createTokenInput, tokenLimits, tokenView } from '#server/credentials/tokens/schema.ts';

const maxSkills = 50;
/** Open codes of one person: each is for a machine that is being set up within ten minutes. */
export const openAtOnce = 50;

export const setupStatuses = ['waiting', 'redeemed', 'healthy', 'expired'] as const;
export type SetupStatus = (typeof setupStatuses)[number];

export const makeSetupCodeInput = z.strictObject({
  label: secretFreeLine(tokenLimits.nameLength)
    .optional()
    .meta({ description: 'What it is for, for your own eyes.', example: 'new laptop' }),
  permissions: grantSchema.default(['*']),
  expiresInDays: createTokenInput.shape.expiresInDays.unwrap().optional().meta({
    description:
      'Of the token that it makes; `null`: never expires. Left out: 90 days, or as long as is allowed here.',
    example: 90,
  }),
});
export type MakeSetupCodeInput = z.infer<typeof makeSetupCodeInput>;

export const madeSetupCodeView = z.object({
  id: idSchema,
  code: z.string().meta({ description: 'Shown here and never again.', example: 'kw_set_…' }),
  expiresAt: timestampSchema,
  secondsLeft: z.int().meta({ description: 'Until then, whatever your clock says.', example: 600 }),
});
export type MadeSetupCodeView = z.infer<typeof madeSetupCodeView>;

export const setupCodeIdInput = z.strictObject({ id: idSchema });
export type SetupCodeIdInput = z.infer<typeof setupCodeIdInput>;

export const setupCodeView = z.object({
  id: idSchema,
  label: z.string().nullable().meta({ example: 'new laptop' }),
  status: z.enum(setupStatuses).meta({
    description:
      '`redeemed`: a machine has its token. `healthy`: it has said that all is well. `expired`: too late, or cancelled.',
    example: 'redeemed',
  }),
  createdAt: timestampSchema,
  expiresAt: timestampSchema.meta({ description: 'When the code dies, if nobody redeems it.' }),
  redeemedAt: timestampSchema.nullable(),
  host: z.string().nullable().meta({ description: 'As it names itself.', example: 'ada-laptop' }),
  os: z.string().nullable().meta({ example: 'linux' }),
  address: z.string().nullable().meta({ description: 'Where it was redeemed.', example: '203.0.113.7' }),
  credential: z
    .object({
      id: idSchema,
      name: z.string().meta({ example: 'Claude Code on ada-laptop' }),
      revokedAt: timestampSchema.nullable().meta({ example: null }),
    })
    .nullable()
    .meta({ description: 'The token that it made.' }),
  reportedAt: timestampSchema.nullable(),
  healthy: z.boolean().nullable().meta({ description: 'What the machine said last.', example: true }),
  version: z.string().nullable().meta({ description: 'Of its command line.', example: '0.1.0' }),
  skills: z.array(z.string()).nullable().meta({ example: [] }),
});
export type SetupCodeView = z.infer<typeof setupCodeView>;

/** Foreign text: it is cut down to what is harmless, whatever it holds. */
const machineText = z.string().max(255);

export const redeemSetupCodeInput = z.strictObject({
  code: z.string().min(1, 'Enter the code.').max(64).meta({ example: 'kw_set_…' }),
  host: machineText.default('').meta({ description: 'The name of the machine.', example: 'ada-laptop' }),
  os: machineText.default('').meta({ example: 'linux' }),
});
export type RedeemSetupCodeInput = z.infer<typeof redeemSetupCodeInput>;

export const redeemedSetupCodeView = z.object({
  secret: z.string().meta({
    description: 'The secret of the new token, shown here and never again.',
    example: 'kw_pat_…',
  }),
  credential: tokenView,
});
export type RedeemedSetupCodeView = z.infer<typeof redeemedSetupCodeView>;

export const reportSetupInput = z.strictObject({
  version: z
    .string()
    .max(64)
    .regex(/^[\w.+-]+$/, 'A version, such as 0.1.0.')
    .meta({ description: 'Of the command line.', example: '0.1.0' }),
  healthy: z.boolean(),
  skills: z
    .array(
      z
        .string()
        .max(64)
        .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'The name of a skill.'),
    )
    .max(maxSkills)
    .default([])
    .meta({ description: 'The names of those that were installed.', example: ['keyward'] }),
});
export type ReportSetupInput = z.infer<typeof reportSetupInput>;
