import { z } from 'zod';
import { emailSchema, newPasswordSchema } from '#server/account-schema.ts';
import {
  cursorSchema,
  idSchema,
  permissionSchema,
  profileView,
  roleSchema,
  searchSchema,
  timestampSchema,
} from '#server/core/access/schema.ts';
import { secretFreeLine } from '#server/core/free-text/schema.ts';
import { matchingView } from '#server/core/paging/schema.ts';

export const userNameSchema = secretFreeLine(100, 'Enter a name.').meta({ example: 'Ada Lovelace' });

export const userStatuses = ['active', 'deactivated', 'deleted'] as const;
export const userStatusSchema = z.enum(userStatuses);
export type UserStatus = z.infer<typeof userStatusSchema>;

/** A person as the admins see them. */
export const userView = profileView.extend({
  status: userStatusSchema,
  platformAdmin: z.boolean().meta({ description: 'Looks after the tenants.', example: false }),
  createdAt: timestampSchema,
  lastSignInAt: timestampSchema.nullable(),
  isInvited: z.boolean().meta({ description: 'Has not come yet, and has no password to come with.' }),
  needsLink: z
    .boolean()
    .meta({ description: 'Has no password: comes in by a link, or by another way to sign in.' }),
  inviteExpiresAt: timestampSchema.nullable().meta({
    description: 'Until when their open invite is good; it may have passed.',
  }),
  deactivatedAt: timestampSchema.nullable(),
  deactivatedBy: z.object({ id: idSchema, label: z.string() }).nullable(),
  deactivateReason: z.string().nullable(),
  deletedAt: timestampSchema.nullable(),
});
export type UserView = z.infer<typeof userView>;

/** A browser where the person is signed in. */
const heldSessionView = z.object({
  id: idSchema,
  device: z.string().meta({ example: 'Firefox on Linux' }),
  address: z.string().nullable().meta({ example: '203.0.113.7' }),
  lastSeenAt: timestampSchema,
});

/** A token that works, in as many words as it takes to know it again. */
const heldTokenView = z.object({
  id: idSchema,
  name: z.string().meta({ example: 'laptop' }),
  prefix: z.string().meta({ example: 'kw_pat_4fT9xQ2a' }),
  lastUsedAt: timestampSchema.nullable(),
  isWhole: z.boolean().meta({
    description: 'Whether it may do all that its owner may, and so gains and loses with their role.',
  }),
});

export const holdingsLimit = 100;

/** What a person gets in with, and so what switching them off cuts off. */
export const holdingsView = z.object({
  sessions: z.array(heldSessionView),
  tokens: z.array(heldTokenView).meta({
    description: `Those that work while the person is active, the last used first; at most ${holdingsLimit}.`,
  }),
  agents: z.array(z.object({ id: idSchema, name: z.string() })).meta({
    description: `Those that act for the person, by name; at most ${holdingsLimit}. They are refused until they are transferred.`,
  }),
  counts: z.object({
    sessions: z.int().nonnegative(),
    tokens: z.int().nonnegative(),
    agents: z.int().nonnegative(),
  }),
});
export type HoldingsView = z.infer<typeof holdingsView>;

const gained = z.array(permissionSchema);

export const userDetailView = userView.extend({
  holds: holdingsView,
  gains: z
    .object({ viewer: gained, member: gained, manager: gained, admin: gained })
    .meta({ description: 'What each role would let them do that they may not do now.' }),
});
export type UserDetailView = z.infer<typeof userDetailView>;

export const deactivatedUserView = userView.extend({
  cutOff: holdingsView.meta({ description: 'What worked until now and does not any more.' }),
});
export type DeactivatedUserView = z.infer<typeof deactivatedUserView>;

export const createUserInput = z.strictObject({
  email: emailSchema,
  name: userNameSchema,
  role: roleSchema,
  password: newPasswordSchema.optional().meta({
    description: 'Good for one sign-in within 24 hours. Left out: the answer holds an invite link.',
    example: 'a long phrase nobody else uses',
  }),
});
export type CreateUserInput = z.infer<typeof createUserInput>;

const linkMeta = { description: 'Shown here and never again; good once, for 24 hours.' };
const mailedSchema = z.boolean().meta({ description: 'It is on its way by e-mail too.' });

export const createdUserView = userView.extend({
  inviteUrl: z
    .url()
    .nullable()
    .meta({ ...linkMeta, example: 'https://desk.example/invite#code=4fT9xQ2aLkW7' }),
  mailed: mailedSchema,
});
export type CreatedUserView = z.infer<typeof createdUserView>;

export const inviteLinkView = z.object({
  inviteUrl: z.url().meta({ ...linkMeta, example: 'https://desk.example/invite#code=4fT9xQ2aLkW7' }),
  mailed: mailedSchema,
});
export type InviteLinkView = z.infer<typeof inviteLinkView>;

export const resetLinkView = z.object({
  resetUrl: z.url().meta({ ...linkMeta, example: 'https://desk.example/reset#code=4fT9xQ2aLkW7' }),
  mailed: mailedSchema,
});
export type ResetLinkView = z.infer<typeof resetLinkView>;

export const updateUserInput = z.strictObject({
  id: idSchema,
  name: userNameSchema.optional(),
  email: emailSchema.optional(),
  role: roleSchema.optional(),
  platformAdmin: z.boolean().optional().meta({
    description:
      'Whether an admin of the tenant `default` looks after all tenants; a platform admin says so.',
  }),
  narrowTokens: z.boolean().optional().meta({
    description:
      'With a role that may do more: whether tokens that may do all that their owner may keep what that is now. Left out: they may do more too.',
  }),
});
export type UpdateUserInput = z.infer<typeof updateUserInput>;

export const deactivateUserInput = z.strictObject({
  id: idSchema,
  reason: secretFreeLine(500).optional().meta({ example: 'Left the company' }),
});
export type DeactivateUserInput = z.infer<typeof deactivateUserInput>;

export const setPasswordInput = z.strictObject({ id: idSchema, password: newPasswordSchema });
export type SetPasswordInput = z.infer<typeof setPasswordInput>;

export const userIdInput = z.strictObject({ id: idSchema });
export type UserIdInput = z.infer<typeof userIdInput>;

export const userSessionInput = z.strictObject({ id: idSchema, sessionId: idSchema });
export type UserSessionInput = z.infer<typeof userSessionInput>;

export const sessionsRevokedView = z.object({ revoked: z.int().nonnegative() });

export const userSorts = ['name', 'email', 'createdAt', 'lastSignInAt'] as const;

export const listUsersInput = z.strictObject({
  search: searchSchema().optional().meta({ description: 'Part of a name or of an e-mail address.' }),
  role: roleSchema.optional(),
  status: userStatusSchema.optional().meta({ description: 'Left out: everyone who was not deleted.' }),
  sort: z.enum(userSorts).default('name'),
  order: z.enum(['asc', 'desc']).default('asc'),
  cursor: cursorSchema.optional(),
  limit: z.int().min(1).max(200).default(50),
});
export type ListUsersInput = z.infer<typeof listUsersInput>;

const userCountsView = z.object({
  total: z.int().meta({ description: 'Everyone who was not deleted.' }),
  active: z.int(),
  deactivated: z.int(),
  deleted: z.int(),
});
export type UserCounts = z.infer<typeof userCountsView>;

export const userPageView = z.object({
  items: z.array(userView),
  nextCursor: cursorSchema.nullable(),
  counts: userCountsView.meta({ description: 'Over all people, ignoring the filters.' }),
  matching: matchingView
    .extend({ byStatus: userCountsView.meta({ description: 'By every filter but the status.' }) })
    .nullable()
    .meta({ description: 'What the filters find. `null` behind a cursor.' }),
});
export type UserPageView = z.infer<typeof userPageView>;

/** What stands in the link that somebody opened. */
const linkCodeSchema = z.string().min(1, 'Open the whole link.').max(64);
export const linkCodeInput = z.strictObject({ code: linkCodeSchema });
export type LinkCodeInput = z.infer<typeof linkCodeInput>;

/** Whose link it is, for the page that it opens. */
export const linkHolderView = z.object({ name: z.string(), email: z.string() });
export type LinkHolderView = z.infer<typeof linkHolderView>;

export const acceptInviteInput = z.strictObject({
  code: linkCodeSchema,
  name: userNameSchema,
  password: newPasswordSchema,
});
export type AcceptInviteInput = z.infer<typeof acceptInviteInput>;

export const completeResetInput = z.strictObject({ code: linkCodeSchema, password: newPasswordSchema });
export type CompleteResetInput = z.infer<typeof completeResetInput>;
