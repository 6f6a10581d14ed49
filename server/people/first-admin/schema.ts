import { z } from 'zod';
import { emailSchema, newPasswordSchema } from '#server/account-schema.ts';
import { userNameSchema } from '#server/people/users/schema.ts';

export const completeSetupInput = z.strictObject({
  code: z.string().min(1, 'Open the address that the server printed when it started.').max(64),
  name: userNameSchema,
  email: emailSchema,
  password: newPasswordSchema.optional().meta({ description: 'Left out only where passwords are off.' }),
});
export type CompleteSetupInput = z.infer<typeof completeSetupInput>;
