import { z } from 'zod';
import { newPasswordSchema } from '#server/account-schema.ts';
import { idSchema, profileView, timestampSchema } from '#server/core/access/schema.ts';
import { loginInput, sessionView, waysView } from '#server/core/sessions/schema.ts';
import { userNameSchema } from '#server/people/users/schema.ts';

/** Somebody's own account: who they are and how they get in. */
export const accountView = z.object({
  user: profileView,
  ...waysView.shape,
  openWays: waysView.shape.ways.meta({
    description: 'The ways that are open here, whichever of them this account has.',
    example: ['password', 'oidc'],
  }),
  identities: z.array(
    z.object({
      id: idSchema,
      issuer: z.string().meta({ example: 'https://accounts.google.com' }),
      email: z.string().nullable().meta({ example: 'ada@example.com' }),
      linkedAt: timestampSchema,
      lastUsedAt: timestampSchema.nullable(),
    }),
  ),
});
export type AccountView = z.infer<typeof accountView>;

export const updateAccountInput = z.strictObject({ name: userNameSchema });
export type UpdateAccountInput = z.infer<typeof updateAccountInput>;

export const changePasswordInput = z.strictObject({
  currentPassword: loginInput.shape.password.optional().meta({
    description: 'Left out only by somebody who has no password yet.',
    example: 'the phrase until now',
  }),
  newPassword: newPasswordSchema,
});
export type ChangePasswordInput = z.infer<typeof changePasswordInput>;

export const ownSessionsView = z.object({ items: z.array(sessionView) });
export type OwnSessionsView = z.infer<typeof ownSessionsView>;

export const sessionIdInput = z.strictObject({ id: idSchema });
export const identityIdInput = z.strictObject({ id: idSchema });
export type OwnIdInput = z.infer<typeof sessionIdInput>;

export const sessionsEndedView = z.object({ ended: z.int().meta({ example: 2 }) });
export type SessionsEndedView = z.infer<typeof sessionsEndedView>;
