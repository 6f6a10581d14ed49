import { z } from 'zod';
import { nextSchema } from '#server/magic/schema.ts';

export const startOidcInput = z.strictObject({
  next: nextSchema,
  again: z
    .boolean()
    .optional()
    .meta({ description: 'Asks the issuer to have the person sign in anew.', example: false }),
});
export type StartOidcInput = z.infer<typeof startOidcInput>;

export const oidcStartedView = z.object({
  url: z.url().meta({
    description: 'Where the browser has to go next.',
    example: 'https://accounts.example.com/authorize?client_id=keyward',
  }),
});
export type OidcStartedView = z.infer<typeof oidcStartedView>;
