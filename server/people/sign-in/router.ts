import { z } from 'zod';
import { noInput } from '#server/core/access/schema.ts';
import {
  anyone,
  rest,
  router,
  signedIn,
  signedInBySession,
  whileOpen,
} from '#server/core/procedures/builders.ts';
import { confirmInput, loginInput, meView, signedInView, waysView } from '#server/core/sessions/schema.ts';
import { confirm, listWays, logout } from '#server/people/sign-in/commands.ts';
import { login } from '#server/people/sign-in/login.ts';
import { whoAmI } from '#server/people/sign-in/rules.ts';

export const sessionsRouter = router({
  login: anyone
    .use(whileOpen('password'))
    .meta({ unbatched: true })
    .meta(
      rest('POST', '/auth/login', 'Sign in by password', {
        errors: [
          'login_failed',
          'account_deactivated',
          'tenant_suspended',
          'passwords_off',
          'password_change_required',
          'rate_limited',
          'auth_internal',
        ],
      }),
    )
    .input(loginInput)
    .output(signedInView)
    .mutation(({ ctx, input }) => login(ctx, input)),
  ways: anyone
    .meta(rest('GET', '/auth/ways', 'List the ways to sign in', { errors: ['validation_failed'] }))
    .input(noInput)
    .output(waysView)
    .query(({ ctx }) => listWays(ctx.runtime)),
  logout: signedIn
    .meta(rest('POST', '/auth/logout', 'Sign out', { status: 204 }))
    .input(noInput)
    .output(z.null())
    .mutation(({ ctx }) => logout(ctx)),
  confirm: signedInBySession
    .use(whileOpen('password'))
    .meta({ unbatched: true })
    .meta(
      rest('POST', '/auth/confirm', 'Confirm that it is you, by your password', {
        status: 204,
        errors: ['passwords_off', 'password_change_required', 'rate_limited'],
      }),
    )
    .input(confirmInput)
    .output(z.null())
    .mutation(({ ctx, input }) => confirm(ctx, input)),
  me: signedIn
    .meta(rest('GET', '/me', 'Who is asking'))
    .input(noInput)
    .output(meView)
    .query(({ ctx }) => whoAmI(ctx.principal)),
});
