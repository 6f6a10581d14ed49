import { z } from 'zod';
import {
  anyone,
  permitted,
  permittedFreshly,
  rest,
  router,
  whileOpen,
} from '#server/core/procedures/builders.ts';
import { sessionListView, signedInView } from '#server/core/sessions/schema.ts';
import { acceptInvite, checkLink, completeReset } from '#server/people/invites/redeem-links.ts';
import {
  deactivateUser,
  deleteUser,
  revokeSession,
  revokeSessions,
  setPassword,
} from '#server/people/offboarding/end-access.ts';
import { listSessionsOf } from '#server/people/offboarding/list-sessions-of.ts';
import { activateUser, createUser, getUser, updateUser } from '#server/people/users/commands.ts';
import { inviteAgain, resetPassword } from '#server/people/users/issue-links.ts';
import { listUsers } from '#server/people/users/list-users.ts';
import {
  acceptInviteInput,
  completeResetInput,
  createdUserView,
  createUserInput,
  deactivatedUserView,
  deactivateUserInput,
  inviteLinkView,
  linkCodeInput,
  linkHolderView,
  listUsersInput,
  resetLinkView,
  sessionsRevokedView,
  setPasswordInput,
  updateUserInput,
  userDetailView,
  userIdInput,
  userPageView,
  userSessionInput,
  userView,
} from '#server/people/users/schema.ts';

const kept = ['not_found', 'own_account', 'last_admin'] as const;

export const usersRouter = router({
  list: permitted('users:read')
    .meta(rest('GET', '/users', 'List people'))
    .input(listUsersInput)
    .output(userPageView)
    .query(({ ctx, input }) => listUsers(ctx.runtime.db, ctx.principal.tenantId, input)),
  get: permitted('users:read')
    .meta(rest('GET', '/users/{id}', 'Show a person, and what they get in with', { errors: ['not_found'] }))
    .input(userIdInput)
    .output(userDetailView)
    .query(({ ctx, input }) => getUser(ctx, input)),
  create: permittedFreshly('users:write')
    .meta({ unbatched: true })
    .meta(
      rest('POST', '/users', 'Add a person, by an invite or with a password', {
        status: 201,
        errors: ['email_taken', 'passwords_off', 'sign_in_again'],
      }),
    )
    .input(createUserInput)
    .output(createdUserView)
    .mutation(({ ctx, input }) => createUser(ctx, input)),
  update: permitted('users:write')
    .meta(
      rest('PATCH', '/users/{id}', 'Change a name, an e-mail address or a role', {
        errors: [...kept, 'email_taken', 'sign_in_again'],
      }),
    )
    .input(updateUserInput)
    .output(userView)
    .mutation(({ ctx, input }) => updateUser(ctx, input)),
  activate: permitted('users:write')
    .meta(rest('POST', '/users/{id}/activate', 'Switch a person on again', { errors: ['not_found'] }))
    .input(userIdInput)
    .output(userView)
    .mutation(({ ctx, input }) => activateUser(ctx, input)),
  deactivate: permitted('users:write')
    .meta(rest('POST', '/users/{id}/deactivate', 'Switch a person off', { errors: kept }))
    .input(deactivateUserInput)
    .output(deactivatedUserView)
    .mutation(({ ctx, input }) => deactivateUser(ctx, input)),
  delete: permitted('users:write')
    .meta(
      rest('DELETE', '/users/{id}', 'Delete a person and revoke all they hold; their history stays', {
        status: 204,
        errors: kept,
      }),
    )
    .input(userIdInput)
    .output(z.null())
    .mutation(({ ctx, input }) => deleteUser(ctx, input)),
  invite: permittedFreshly('users:write')
    .meta({ unbatched: true })
    .meta(
      rest('POST', '/users/{id}/invite', 'Make a new invite link in place of the one before', {
        errors: ['not_found', 'already_joined', 'user_deactivated', 'sign_in_again'],
      }),
    )
    .input(userIdInput)
    .output(inviteLinkView)
    .mutation(({ ctx, input }) => inviteAgain(ctx, input)),
  setPassword: permittedFreshly('users:write')
    .use(whileOpen('password'))
    .meta({ unbatched: true })
    .meta(
      rest('POST', '/users/{id}/set-password', 'Set a password that works once, within 24 hours', {
        status: 204,
        errors: ['not_found', 'own_account', 'passwords_off', 'sign_in_again'],
      }),
    )
    .input(setPasswordInput)
    .output(z.null())
    .mutation(({ ctx, input }) => setPassword(ctx, input)),
  resetPassword: permittedFreshly('users:write')
    .use(whileOpen('password'))
    .meta({ unbatched: true })
    .meta(
      rest('POST', '/users/{id}/reset-password', 'Make a link to choose a new password', {
        errors: ['not_found', 'own_account', 'user_deactivated', 'passwords_off', 'sign_in_again'],
      }),
    )
    .input(userIdInput)
    .output(resetLinkView)
    .mutation(({ ctx, input }) => resetPassword(ctx, input)),
  sessions: permitted('users:read')
    .meta(rest('GET', '/users/{id}/sessions', 'List where a person is signed in', { errors: ['not_found'] }))
    .input(userIdInput)
    .output(sessionListView)
    .query(({ ctx, input }) => listSessionsOf(ctx, input)),
  revokeSession: permitted('users:write')
    .meta(
      rest('DELETE', '/users/{id}/sessions/{sessionId}', 'Sign a person out of one browser', {
        status: 204,
        errors: ['not_found'],
      }),
    )
    .input(userSessionInput)
    .output(z.null())
    .mutation(({ ctx, input }) => revokeSession(ctx, input)),
  revokeSessions: permitted('users:write')
    .meta(
      rest('POST', '/users/{id}/revoke-sessions', 'Sign a person out everywhere', { errors: ['not_found'] }),
    )
    .input(userIdInput)
    .output(sessionsRevokedView)
    .mutation(({ ctx, input }) => revokeSessions(ctx, input)),
  // Looking at a link changes nothing; it is a mutation so that the code travels in a body, not in an address.
  checkInvite: anyone
    .input(linkCodeInput)
    .output(linkHolderView)
    .mutation(({ ctx, input }) => checkLink(ctx, 'invite', input)),
  acceptInvite: anyone
    .use(whileOpen('password'))
    .meta({ unbatched: true })
    .input(acceptInviteInput)
    .output(signedInView)
    .mutation(({ ctx, input }) => acceptInvite(ctx, input)),
  checkReset: anyone
    .use(whileOpen('password'))
    .input(linkCodeInput)
    .output(linkHolderView)
    .mutation(({ ctx, input }) => checkLink(ctx, 'reset', input)),
  completeReset: anyone
    .use(whileOpen('password'))
    .meta({ unbatched: true })
    .input(completeResetInput)
    .output(z.null())
    .mutation(({ ctx, input }) => completeReset(ctx, input)),
});
