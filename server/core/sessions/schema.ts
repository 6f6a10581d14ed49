import { z } from 'zod';
import { passwordSchema } from '#server/account-schema.ts';
import {
  credentialView,
  idSchema,
  permissionSchema,
  profileView,
  resourcesView,
  timestampSchema,
} from '#server/core/access/schema.ts';

export const sessionLimits = { absoluteDays: 30, idleHours: 24 } as const;

export const loginInput = z.strictObject({
  email: z.string().trim().min(1, 'Enter your e-mail address.').max(254).meta({ example: 'ada@example.com' }),
  password: passwordSchema,
});
export type LoginInput = z.infer<typeof loginInput>;

export const confirmInput = z.strictObject({ password: loginInput.shape.password });
export type ConfirmInput = z.infer<typeof confirmInput>;

export const signedInView = z.object({ user: profileView });
export type SignedInView = z.infer<typeof signedInView>;

export const waySchema = z.enum(['password', 'magic', 'oidc']);

/** The ways to sign in that are configured. */
export const waysView = z.object({
  ways: z.array(waySchema).meta({
    description: 'By password, by a mailed link, by OpenID Connect.',
    example: ['password', 'oidc'],
  }),
  issuerName: z.string().nullable().meta({
    description: 'What the OpenID Connect issuer is called, where one is configured.',
    example: 'Google',
  }),
});
export type WaysView = z.infer<typeof waysView>;

/** A signed-in browser, as its owner and the admins see it. */
export const sessionView = z.object({
  id: idSchema,
  device: z
    .string()
    .meta({ description: 'What the user agent says, in words.', example: 'Firefox on Linux' }),
  userAgent: z.string().nullable(),
  address: z.string().nullable().meta({ example: '203.0.113.7' }),
  createdAt: timestampSchema.meta({ description: 'When the person signed in.' }),
  lastSeenAt: timestampSchema,
  expiresAt: timestampSchema.meta({ description: 'When it ends, however much it is used.' }),
  isCurrent: z.boolean().meta({ description: 'It is the one that asks.' }),
});
export type SessionView = z.infer<typeof sessionView>;

export const sessionListView = z.object({ items: z.array(sessionView) });

/** Who is asking: one of a user (by session or token), a key and an agent; and what this request may do and reach. */
export const meView = z.object({
  user: profileView.nullable(),
  agent: z.object({ id: idSchema, name: z.string(), ownerId: idSchema }).nullable().meta({ example: null }),
  key: z.object({ id: idSchema, name: z.string() }).nullable().meta({ example: null }),
  tenant: z.object({
    id: idSchema,
    slug: z.string().meta({ example: 'default' }),
    name: z.string().meta({ example: 'Default' }),
  }),
  credential: credentialView
    .extend({
      expiresAt: timestampSchema
        .nullable()
        .meta({ description: 'When the secret that was shown stops working.' }),
      isReplaced: z.boolean().meta({
        description: 'A rotation replaced the secret that was shown: it works until its grace ends.',
        example: false,
      }),
    })
    .nullable(),
  session: z.object({ id: idSchema, expiresAt: timestampSchema }).nullable(),
  permissions: z.array(permissionSchema).meta({ example: ['profile:read', 'tokens:read'] }),
  resources: resourcesView.nullable().meta({ description: 'Null: every resource.', example: null }),
});
export type MeView = z.infer<typeof meView>;
