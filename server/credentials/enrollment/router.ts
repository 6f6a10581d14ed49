import {
  anyone,
  permitted,
  permittedFreshlyInSession,
  rest,
  router,
  signedInPerson,
} from '#server/core/procedures/builders.ts';
import {
  cancelSetupCode,
  getSetupCode,
  makeSetupCode,
  reportSetup,
} from '#server/credentials/enrollment/commands.ts';
import { redeemSetupCode } from '#server/credentials/enrollment/redeem-setup-code.ts';
import {
  madeSetupCodeView,
  makeSetupCodeInput,
  redeemedSetupCodeView,
  redeemSetupCodeInput,
  reportSetupInput,
  setupCodeIdInput,
  setupCodeView,
} from '#server/credentials/enrollment/schema.ts';

export const setupCodesRouter = router({
  make: permittedFreshlyInSession('tokens:write')
    .meta({ unbatched: true })
    .meta(
      rest('POST', '/setup-codes', 'Make a code that a machine swaps for a token', {
        status: 201,
        errors: ['too_many_codes', 'too_many_tokens'],
      }),
    )
    .input(makeSetupCodeInput)
    .output(madeSetupCodeView)
    .mutation(({ ctx, input }) => makeSetupCode(ctx, input)),
  get: permitted('tokens:read')
    .meta(
      rest('GET', '/setup-codes/{id}', 'Show what has become of one of your codes', {
        errors: ['not_found'],
      }),
    )
    .input(setupCodeIdInput)
    .output(setupCodeView)
    .query(({ ctx, input }) => getSetupCode(ctx, input)),
  cancel: permitted('tokens:revoke')
    .meta(
      rest('DELETE', '/setup-codes/{id}', 'Cancel a code that nobody has redeemed', {
        status: 204,
        errors: ['not_found', 'code_redeemed'],
      }),
    )
    .input(setupCodeIdInput)
    .output(setupCodeView)
    .mutation(({ ctx, input }) => cancelSetupCode(ctx, input)),
  redeem: anyone
    .meta({ unbatched: true })
    .meta(
      rest('POST', '/setup-codes/redeem', 'Swap a code for a token, once', {
        status: 201,
        errors: [
          'code_invalid',
          'account_deactivated',
          'permission_denied',
          'rate_limited',
          'too_many_tokens',
        ],
      }),
    )
    .input(redeemSetupCodeInput)
    .output(redeemedSetupCodeView)
    .mutation(({ ctx, input }) => redeemSetupCode(ctx, input)),
  report: signedInPerson
    .meta(
      rest('POST', '/setup-codes/report', 'Say how the machine does that a code has set up, with its token', {
        errors: ['not_found'],
      }),
    )
    .input(reportSetupInput)
    .output(setupCodeView)
    .mutation(({ ctx, input }) => reportSetup(ctx, input)),
});
