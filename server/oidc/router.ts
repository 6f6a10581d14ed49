import { noInput } from '#server/access/schema.ts';
import { startLinking, startOidc } from '#server/oidc/commands.ts';
import { oidcStartedView, startOidcInput } from '#server/oidc/schema.ts';
import { anyone, rest, router, signedInFreshly, whileOpen } from '#server/trpc/init.ts';

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
