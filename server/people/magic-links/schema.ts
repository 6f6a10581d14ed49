import { z } from 'zod';
import { loginInput, signedInView } from '#server/core/sessions/schema.ts';

/** Where to go once signed in: a path of this site. Anything else leads home. */
export const nextSchema = z.string().max(2_000).optional().meta({ example: '/tokens' });

export const requestMagicInput = z.strictObject({ email: loginInput.shape.email, next: nextSchema });
export type RequestMagicInput = z.infer<typeof requestMagicInput>;

export const magicRequestedView = z.object({
  lifeMinutes: z.int().meta({ description: 'How long the link works, if there is one.', example: 15 }),
});
export type MagicRequestedView = z.infer<typeof magicRequestedView>;

export const redeemMagicInput = z.strictObject({
  code: z.string().min(1, 'Open the link in the mail.').max(64),
});
export type RedeemMagicInput = z.infer<typeof redeemMagicInput>;

export const magicSignedInView = signedInView.extend({ next: z.string().meta({ example: '/tokens' }) });
export type MagicSignedInView = z.infer<typeof magicSignedInView>;
