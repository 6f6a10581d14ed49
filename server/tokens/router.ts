import { createToken, getToken, ownerOf, revokeToken, updateToken } from '#server/tokens/commands.ts';
import { listTokens } from '#server/tokens/list.ts';
import {
  createdTokenView,
  createTokenInput,
  listTokensInput,
  revokeTokenInput,
  tokenIdInput,
  tokenPageView,
  tokenView,
  updateTokenInput,
} from '#server/tokens/schema.ts';
import { permitted, permittedFreshlyInSession, rest, router } from '#server/trpc/init.ts';

export const tokensRouter = router({
  list: permitted('tokens:read')
    .meta(rest('GET', '/tokens', 'List your tokens'))
    .input(listTokensInput)
    .output(tokenPageView)
    .query(({ ctx, input }) => listTokens(ctx.runtime.db, ownerOf(ctx.principal), input, ctx.now())),
  get: permitted('tokens:read')
    .meta(rest('GET', '/tokens/{id}', 'Show one of your tokens', { errors: ['not_found'] }))
    .input(tokenIdInput)
    .output(tokenView)
    .query(({ ctx, input }) => getToken(ctx, input)),
  create: permittedFreshlyInSession('tokens:write')
    .meta({ unbatched: true })
    .meta(rest('POST', '/tokens', 'Make a token', { status: 201, errors: ['name_taken'] }))
    .input(createTokenInput)
    .output(createdTokenView)
    .mutation(({ ctx, input }) => createToken(ctx, input)),
  update: permitted('tokens:write')
    .meta(
      rest('PATCH', '/tokens/{id}', 'Rename a token, or switch it off or on', {
        errors: ['not_found', 'name_taken', 'token_ended'],
      }),
    )
    .input(updateTokenInput)
    .output(tokenView)
    .mutation(({ ctx, input }) => updateToken(ctx, input)),
  revoke: permitted('tokens:revoke')
    .meta(rest('DELETE', '/tokens/{id}', 'Revoke a token, for good', { status: 204, errors: ['not_found'] }))
    .input(revokeTokenInput)
    .output(tokenView)
    .mutation(({ ctx, input }) => revokeToken(ctx, input)),
});
