import { noInput } from '#server/core/access/schema.ts';
import {
  anyone,
  permitted,
  permittedFreshlyInSession,
  rest,
  router,
} from '#server/core/procedures/builders.ts';
import {
  createToken,
  getToken,
  ownerOf,
  revokeToken,
  updateToken,
} from '#server/credentials/tokens/commands.ts';
import { countOwnUse } from '#server/credentials/tokens/count-own-use.ts';
import { listHistory } from '#server/credentials/tokens/list-history.ts';
import { listPlaces } from '#server/credentials/tokens/list-places.ts';
import { listTokens } from '#server/credentials/tokens/list.ts';
import { revokeFoundTokens } from '#server/credentials/tokens/revoke-found-tokens.ts';
import { endGrace, rotateToken } from '#server/credentials/tokens/rotate.ts';
import {
  createdTokenView,
  createTokenInput,
  listTokensInput,
  ownUseView,
  receivedTokensView,
  revokeFoundInput,
  revokeTokenInput,
  rotatedTokenView,
  rotateTokenInput,
  tokenHistoryView,
  tokenIdInput,
  tokenPageView,
  tokenPlacesView,
  tokenView,
  updateTokenInput,
} from '#server/credentials/tokens/schema.ts';

export const tokensRouter = router({
  list: permitted('tokens:read')
    .meta(rest('GET', '/tokens', 'List your tokens'))
    .input(listTokensInput)
    .output(tokenPageView)
    .query(({ ctx, input }) => listTokens(ctx.runtime.db, ownerOf(ctx.principal), input, ctx.now())),
  use: permitted('usage:read')
    .meta(rest('GET', '/me/use', 'How often your tokens were used, day by day'))
    .input(noInput)
    .output(ownUseView)
    .query(({ ctx }) => countOwnUse(ctx)),
  get: permitted('tokens:read')
    .meta(rest('GET', '/tokens/{id}', 'Show one of your tokens', { errors: ['not_found'] }))
    .input(tokenIdInput)
    .output(tokenView)
    .query(({ ctx, input }) => getToken(ctx, input)),
  create: permittedFreshlyInSession('tokens:write')
    .meta({ unbatched: true })
    .meta(
      rest('POST', '/tokens', 'Make a token', {
        status: 201,
        errors: ['name_taken', 'too_many_tokens'],
      }),
    )
    .input(createTokenInput)
    .output(createdTokenView)
    .mutation(({ ctx, input }) => createToken(ctx, input)),
  update: permitted('tokens:write')
    .meta(
      rest('PATCH', '/tokens/{id}', 'Rename a token, or switch it off or on', {
        errors: ['not_found', 'name_taken', 'token_ended', ['token_disabled', 409]],
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
  places: permitted('tokens:read')
    .meta(
      rest('GET', '/tokens/{id}/places', 'Where one of your tokens was used from, and for what', {
        errors: ['not_found'],
      }),
    )
    .input(tokenIdInput)
    .output(tokenPlacesView)
    .query(({ ctx, input }) => listPlaces(ctx, input)),
  history: permitted('tokens:read')
    .meta(
      rest('GET', '/tokens/{id}/history', 'What was done with one of your tokens', { errors: ['not_found'] }),
    )
    .input(tokenIdInput)
    .output(tokenHistoryView)
    .query(({ ctx, input }) => listHistory(ctx, input)),
  rotate: permittedFreshlyInSession('tokens:write')
    .meta({ unbatched: true })
    .meta(
      rest('POST', '/tokens/{id}/rotate', 'Give a token a new secret', {
        errors: ['not_found', 'token_ended', ['token_disabled', 409]],
      }),
    )
    .input(rotateTokenInput)
    .output(rotatedTokenView)
    .mutation(({ ctx, input }) => rotateToken(ctx, input)),
  endGrace: permitted('tokens:revoke')
    .meta(
      rest('POST', '/tokens/{id}/end-grace', 'Stop the secret that a rotation replaced', {
        errors: ['not_found'],
      }),
    )
    .input(tokenIdInput)
    .output(tokenView)
    .mutation(({ ctx, input }) => endGrace(ctx, input)),
  revokeFound: anyone
    // A hundred tokens of the longest kind.
    .meta({ strangerBytes: 65_536 })
    .meta({ unbatched: true })
    .meta(
      rest('POST', '/revoke', 'Revoke tokens that were found somewhere', {
        status: 202,
        errors: ['rate_limited'],
      }),
    )
    .input(revokeFoundInput)
    .output(receivedTokensView)
    .mutation(({ ctx, input }) => revokeFoundTokens(ctx, input)),
});
