import { z } from 'zod';
import { idSchema, lineSchema, roleSchema, timestampSchema } from '#server/access/schema.ts';

export const passwordLength = { min: 8, suggested: 15, max: 256 } as const;

export const emailSchema = z
  .string()
  .trim()
  .min(1, 'Enter your e-mail address.')
  .max(254, 'At most 254 characters.')
  .pipe(z.email('This is not an e-mail address.'))
  .meta({ example: 'ada@example.com' });

/** An address as it is compared: all its spellings, in whatever case and Unicode form, are one. */
export function canonicalEmail(email: string): string {
  return email.trim().normalize('NFKC').toLowerCase();
}

export const newPasswordSchema = z
  .string()
  .max(1_024)
  .normalize('NFKC')
  .min(passwordLength.min, `At least ${passwordLength.min} characters.`)
  .max(passwordLength.max, `At most ${passwordLength.max} characters.`)
  .meta({ example: 'a long phrase nobody else uses' });

export const userNameSchema = lineSchema(100, 'Enter a name.').meta({ example: 'Ada Lovelace' });

/** The person as they and their answers name them; the part of a user that is safe to show to the user. */
export const profileView = z.object({
  id: idSchema,
  email: z.string().meta({ example: 'ada@example.com' }),
  name: z.string().meta({ example: 'Ada Lovelace' }),
  role: roleSchema,
  tenantId: idSchema,
});
export type ProfileView = z.infer<typeof profileView>;

export const userView = profileView.extend({
  status: z.enum(['active', 'deactivated']),
  createdAt: timestampSchema,
  deactivatedAt: timestampSchema.nullable(),
  deactivateReason: z.string().nullable(),
});
export type UserView = z.infer<typeof userView>;

export const createUserInput = z.strictObject({
  email: emailSchema,
  name: userNameSchema,
  role: roleSchema,
  password: newPasswordSchema,
});
export type CreateUserInput = z.infer<typeof createUserInput>;

export const updateUserInput = z.strictObject({
  id: idSchema,
  name: userNameSchema.optional(),
  email: emailSchema.optional(),
  role: roleSchema.optional(),
});
export type UpdateUserInput = z.infer<typeof updateUserInput>;

export const deactivateUserInput = z.strictObject({
  id: idSchema,
  reason: lineSchema(500).optional().meta({ example: 'Left the company' }),
});
export type DeactivateUserInput = z.infer<typeof deactivateUserInput>;

export const userIdInput = z.strictObject({ id: idSchema });
export type UserIdInput = z.infer<typeof userIdInput>;
