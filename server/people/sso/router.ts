import { noInput } from '#server/core/access/schema.ts';
import { anyone, rest, router, signedInFreshly, whileOpen } from '#server/core/procedures/builders.ts';
import { startLinking, startOidc } from '#server/people/sso/commands.ts';
import { oidcStartedView, startOidcInput } from '#server/people/sso/schema.ts';

export const oidcRouter = router({
  start: anyone
    .use(whileOpen('oidc'))
    .meta({ unbatched: true })
    .meta(
      rest('POST', '/auth/oidc', 'Begin to sign in by OpenID Connect', {
        errors: ['not_found', 'oidc_unavailable', 'oidc_misconfigured'],
      }),
    )
    .input(startOidcInput)
    .output(oidcStartedView)
    .mutation(({ ctx, input }) => startOidc(ctx, input)),
  link: signedInFreshly
    .use(whileOpen('oidc'))
    .meta({ unbatched: true })
    .meta(
      rest('POST', '/account/identities', 'Begin to link an OpenID Connect sign-in to your account', {
        errors: ['not_found', 'oidc_unavailable', 'oidc_misconfigured'],
      }),
    )
    .input(noInput)
    .output(oidcStartedView)
    .mutation(({ ctx }) => startLinking(ctx)),
});
