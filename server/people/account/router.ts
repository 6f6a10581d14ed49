import { z } from 'zod';
import { noInput } from '#server/core/access/schema.ts';
import { rest, router, signedInBySession, whileOpen } from '#server/core/procedures/builders.ts';
import { changePassword } from '#server/people/account/change-password.ts';
import {
  getAccount,
  listOwnSessions,
  revokeOtherSessions,
  revokeOwnSession,
  unlink,
  updateAccount,
} from '#server/people/account/commands.ts';
import {
  accountView,
  changePasswordInput,
  identityIdInput,
  ownSessionsView,
  sessionIdInput,
  sessionsEndedView,
  updateAccountInput,
} from '#server/people/account/schema.ts';

export const accountRouter = router({
  get: signedInBySession
    .meta(rest('GET', '/account', 'Show your account'))
    .input(noInput)
    .output(accountView)
    .query(({ ctx }) => getAccount(ctx)),
  update: signedInBySession
    .meta(rest('PATCH', '/account', 'Change your name'))
    .input(updateAccountInput)
    .output(accountView)
    .mutation(({ ctx, input }) => updateAccount(ctx, input)),
  changePassword: signedInBySession
    .use(whileOpen('password'))
    .meta({ unbatched: true })
    .meta(
      rest('POST', '/account/password', 'Change your password', {
        status: 204,
        errors: ['passwords_off', 'rate_limited', 'sign_in_again'],
      }),
    )
    .input(changePasswordInput)
    .output(z.null())
    .mutation(({ ctx, input }) => changePassword(ctx, input)),
  sessions: signedInBySession
    .meta(rest('GET', '/account/sessions', 'List where you are signed in'))
    .input(noInput)
    .output(ownSessionsView)
    .query(({ ctx }) => listOwnSessions(ctx)),
  revokeSession: signedInBySession
    .meta(
      rest('DELETE', '/account/sessions/{id}', 'Sign out one of your sessions', {
        status: 204,
        errors: ['not_found'],
      }),
    )
    .input(sessionIdInput)
    .output(z.null())
    .mutation(({ ctx, input }) => revokeOwnSession(ctx, input)),
  revokeOtherSessions: signedInBySession
    .meta(rest('POST', '/account/sessions/revoke-others', 'Sign out everywhere but here'))
    .input(noInput)
    .output(sessionsEndedView)
    .mutation(({ ctx }) => revokeOtherSessions(ctx)),
  unlink: signedInBySession
    .meta(
      rest('DELETE', '/account/identities/{id}', 'Take a linked sign-in off your account', {
        errors: ['not_found', 'last_way_in'],
      }),
    )
    .input(identityIdInput)
    .output(accountView)
    .mutation(({ ctx, input }) => unlink(ctx, input)),
});
