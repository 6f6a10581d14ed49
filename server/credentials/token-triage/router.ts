import { permitted, rest, router } from '#server/core/procedures/builders.ts';
import {
  changeAdminTokens,
  getAdminToken,
  revokeAdminToken,
  switchAdminToken,
} from '#server/credentials/token-triage/commands.ts';
import { identifyTokens } from '#server/credentials/token-triage/identify-tokens.ts';
import { listAdminTokens } from '#server/credentials/token-triage/list-admin-tokens.ts';
import { readUses } from '#server/credentials/token-triage/read-uses.ts';
import {
  adminRevokeInput,
  adminTokenIdInput,
  adminTokenPageView,
  adminTokenUsesView,
  adminTokenView,
  bulkInput,
  bulkView,
  identificationView,
  identifyInput,
  listAdminTokensInput,
} from '#server/credentials/token-triage/schema.ts';

const triage = permitted('tokens:admin');

export const adminTokensRouter = router({
  list: triage
    .meta(rest('GET', '/admin/tokens', 'List everyone’s tokens'))
    .input(listAdminTokensInput)
    .output(adminTokenPageView)
    .query(({ ctx, input }) => listAdminTokens(ctx, input)),
  get: triage
    .meta(rest('GET', '/admin/tokens/{id}', 'Show anyone’s token', { errors: ['not_found'] }))
    .input(adminTokenIdInput)
    .output(adminTokenView)
    .query(({ ctx, input }) => getAdminToken(ctx, input.id)),
  uses: triage
    .meta(
      rest('GET', '/admin/tokens/{id}/uses', 'Show who uses a token, and what revoking it would break', {
        errors: ['not_found'],
      }),
    )
    .input(adminTokenIdInput)
    .output(adminTokenUsesView)
    .query(({ ctx, input }) => readUses(ctx, input.id)),
  revoke: triage
    .meta(
      rest('DELETE', '/admin/tokens/{id}', 'Revoke anyone’s token, for good', {
        status: 204,
        errors: ['not_found'],
      }),
    )
    .input(adminRevokeInput)
    .output(adminTokenView)
    .mutation(({ ctx, input }) => revokeAdminToken(ctx, input)),
  disable: triage
    .meta(rest('POST', '/admin/tokens/{id}/disable', 'Switch anyone’s token off', { errors: ['not_found'] }))
    .input(adminTokenIdInput)
    .output(adminTokenView)
    .mutation(({ ctx, input }) => switchAdminToken(ctx, input.id, 'disable')),
  enable: triage
    .meta(
      rest('POST', '/admin/tokens/{id}/enable', 'Switch anyone’s token on again', {
        errors: ['not_found', 'token_ended'],
      }),
    )
    .input(adminTokenIdInput)
    .output(adminTokenView)
    .mutation(({ ctx, input }) => switchAdminToken(ctx, input.id, 'enable')),
  bulk: triage
    .meta(
      rest('POST', '/admin/tokens/bulk', 'Revoke, switch off or switch on many tokens, all or none', {
        errors: ['not_found', 'token_ended'],
      }),
    )
    .input(bulkInput)
    .output(bulkView)
    .mutation(({ ctx, input }) => changeAdminTokens(ctx, input)),
  identify: triage
    .meta({ unbatched: true })
    .meta(rest('POST', '/admin/tokens/identify', 'Tell whose the tokens in a text are'))
    .input(identifyInput)
    .output(identificationView)
    .mutation(({ ctx, input }) => identifyTokens(ctx, input)),
});
