import { z } from 'zod';
import { nextSchema } from '#server/people/magic-links/schema.ts';
import { linkCodeInput } from '#server/people/users/schema.ts';

export const startOidcInput = z.strictObject({
  next: nextSchema,
  again: z
    .boolean()
    .optional()
    .meta({ description: 'Asks the issuer to have the person sign in anew.', example: false }),
  invite: linkCodeInput.shape.code
    .optional()
    .meta({ description: 'The code of an invite, to link the sign-in to the account it is for.' }),
});
export type StartOidcInput = z.infer<typeof startOidcInput>;

export const oidcStartedView = z.object({
  url: z.url().meta({
    description: 'Where the browser has to go next.',
    example: 'https://accounts.example.com/authorize?client_id=keyward',
  }),
});
export type OidcStartedView = z.infer<typeof oidcStartedView>;

/** As long as OpenID Connect lets it be; and what a database would refuse, or take for another, is none. */
export const subjectSchema = z
  .string()
  .min(1)
  .max(255)
  .regex(/^[^\p{Cc}\p{Cs}]+$/u);
