import { anyone, rest, router } from '#server/core/procedures/builders.ts';
import { redeemMagic, requestMagic } from '#server/people/magic-links/commands.ts';
import {
  magicRequestedView,
  magicSignedInView,
  redeemMagicInput,
  requestMagicInput,
} from '#server/people/magic-links/schema.ts';

export const magicRouter = router({
  request: anyone
    .meta({ unbatched: true })
    .meta(
      rest('POST', '/auth/magic', 'Have a link mailed that signs you in', {
        status: 202,
        errors: ['not_found', 'rate_limited'],
      }),
    )
    .input(requestMagicInput)
    .output(magicRequestedView)
    .mutation(({ ctx, input }) => requestMagic(ctx, input)),
  redeem: anyone
    .meta({ unbatched: true })
    .meta(
      rest('POST', '/auth/magic/redeem', 'Sign in by the code of a mailed link', {
        errors: ['not_found', 'code_invalid', 'account_deactivated', 'tenant_suspended', 'rate_limited'],
      }),
    )
    .input(redeemMagicInput)
    .output(magicSignedInView)
    .mutation(({ ctx, input }) => redeemMagic(ctx, input)),
});
