import { z } from 'zod';
import { grantSchema, timestampSchema } from '#server/core/access/schema.ts';
import { createTokenInput, tokenNameSchema } from '#server/credentials/tokens/schema.ts';

/** RFC 8628. `intervalSeconds`: how long to wait between two polls, and how much longer after each that came too soon. */
export const deviceLimits = {
  lifeMinutes: 10,
  intervalSeconds: 5,
  codeLength: 8,
  /** Requests that wait for an answer, over all addresses: beyond, the networks that ask most give way. */
  openAtOnce: 1_000,
  /** Those of one wider network. */
  openPerNetwork: 50,
} as const;

/** No vowels, so that no code is a word (RFC 8628, section 6.1), and no Y. */
export const userCodeLetters = 'BCDFGHJKLMNPQRSTVWXZ';

/** What a machine asks for, as the fields of its form say. */
export const deviceAsk = z.object({
  host: z
    .string()
    .max(255)
    .default('')
    .meta({ description: 'The name of the machine.', example: 'ada-laptop' }),
  token_name: tokenNameSchema.optional(),
  token_days: z
    .union([
      z.literal('never').transform(() => null),
      z
        .string()
        .regex(/^\d{1,5}$/)
        .transform(Number)
        .pipe(expiryDays()),
    ])
    .optional()
    .meta({ description: 'Days, or `never`; left out: 90.', example: '90' }),
  scope: z
    .string()
    .max(1_000)
    .optional()
    .transform((text) => (text === undefined ? ['*'] : text.split(' ').filter(Boolean)))
    .pipe(grantSchema)
    .meta({
      description: 'Permissions, with spaces between them; left out: all that your role allows.',
      example: 'profile:read',
    }),
});
export type DeviceAsk = z.infer<typeof deviceAsk>;

export const deviceCodeInput = z.strictObject({
  userCode: z.string().max(40).meta({ description: 'As it was typed.', example: 'WDJB-MJHT' }),
});
export type DeviceCodeInput = z.infer<typeof deviceCodeInput>;

/** What somebody is asked to let in. */
export const deviceRequestView = z.object({
  userCode: z.string().meta({ example: 'WDJB-MJHT' }),
  host: z.string().nullable().meta({ description: 'As it names itself.', example: 'ada-laptop' }),
  address: z.string().meta({ description: 'Where it asks from.', example: '203.0.113.7' }),
  ownAddress: z
    .string()
    .nullable()
    .meta({ description: 'Where you are; null where Keyward cannot see that.', example: '203.0.113.7' }),
  isSamePlace: z.boolean(),
  askedAt: timestampSchema,
  secondsLeft: z.int().meta({ description: 'For how long it can still be answered.', example: 540 }),
  grant: z
    .object({
      name: z.string().meta({ example: 'CLI on ada-laptop' }),
      permissions: grantSchema,
      expiresAt: timestampSchema.nullable(),
    })
    .meta({ description: 'The token that it gets.' }),
});
export type DeviceRequestView = z.infer<typeof deviceRequestView>;

export const deviceAnswerView = z.object({
  approved: z.boolean(),
  host: z.string().nullable(),
});
export type DeviceAnswerView = z.infer<typeof deviceAnswerView>;

function expiryDays() {
  return createTokenInput.shape.expiresInDays.unwrap().unwrap();
}
