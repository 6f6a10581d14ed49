import { permitted, permittedFreshlyInSession, rest, router } from '#server/core/procedures/builders.ts';
import { getKey, revokeKey, updateKey } from '#server/credentials/api-keys/commands.ts';
import { createKey } from '#server/credentials/api-keys/issue.ts';
import { listKeys } from '#server/credentials/api-keys/list-keys.ts';
import { endKeyGrace, rotateKey } from '#server/credentials/api-keys/rotate.ts';
import {
  createdKeyView,
  createKeyInput,
  keyIdInput,
  keyPageView,
  keyView,
  listKeysInput,
  revokeKeyInput,
  rotatedKeyView,
  rotateKeyInput,
  updateKeyInput,
} from '#server/credentials/api-keys/schema.ts';

export const keysRouter = router({
  list: permitted('keys:read')
    .meta(rest('GET', '/api-keys', 'List the tenant’s API keys'))
    .input(listKeysInput)
    .output(keyPageView)
    .query(({ ctx, input }) => listKeys(ctx, input)),
  get: permitted('keys:read')
    .meta(rest('GET', '/api-keys/{id}', 'Show an API key', { errors: ['not_found'] }))
    .input(keyIdInput)
    .output(keyView)
    .query(({ ctx, input }) => getKey(ctx, input)),
  create: permittedFreshlyInSession('keys:write')
    .meta({ unbatched: true })
    .meta(
      rest('POST', '/api-keys', 'Make an API key', { status: 201, errors: ['name_taken', 'too_many_keys'] }),
    )
    .input(createKeyInput)
    .output(createdKeyView)
    .mutation(({ ctx, input }) => createKey(ctx, input)),
  update: permitted('keys:write')
    .meta(
      rest('PATCH', '/api-keys/{id}', 'Rename an API key, narrow it or, in a fresh session, widen it', {
        errors: ['not_found', 'name_taken', 'token_ended', 'session_required', 'sign_in_again'],
      }),
    )
    .input(updateKeyInput)
    .output(keyView)
    .mutation(({ ctx, input }) => updateKey(ctx, input)),
  disable: permitted('keys:write')
    .meta(
      rest('POST', '/api-keys/{id}/disable', 'Switch an API key off', {
        errors: ['not_found', 'token_ended'],
      }),
    )
    .input(keyIdInput)
    .output(keyView)
    .mutation(({ ctx, input }) => updateKey(ctx, { ...input, enabled: false })),
  enable: permittedFreshlyInSession('keys:write')
    .meta(
      rest('POST', '/api-keys/{id}/enable', 'Switch an API key on again', {
        errors: ['not_found', 'token_ended'],
      }),
    )
    .input(keyIdInput)
    .output(keyView)
    .mutation(({ ctx, input }) => updateKey(ctx, { ...input, enabled: true })),
  rotate: permittedFreshlyInSession('keys:write')
    .meta({ unbatched: true })
    .meta(
      rest('POST', '/api-keys/{id}/rotate', 'Give an API key a new secret', {
        errors: ['not_found', 'token_ended', ['token_disabled', 409]],
      }),
    )
    .input(rotateKeyInput)
    .output(rotatedKeyView)
    .mutation(({ ctx, input }) => rotateKey(ctx, input)),
  endGrace: permitted('keys:write')
    .meta(
      rest('POST', '/api-keys/{id}/end-grace', 'Stop the secret that a rotation replaced', {
        errors: ['not_found'],
      }),
    )
    .input(keyIdInput)
    .output(keyView)
    .mutation(({ ctx, input }) => endKeyGrace(ctx, input)),
  revoke: permitted('keys:write')
    .meta(
      rest('DELETE', '/api-keys/{id}', 'Revoke an API key, for good', { status: 204, errors: ['not_found'] }),
    )
    .input(revokeKeyInput)
    .output(keyView)
    .mutation(({ ctx, input }) => revokeKey(ctx, input)),
});
