import type { Transaction } from '#db/client.ts';
import type { PersonCtx } from '#server/core/access/context.ts';
import type { UserPrincipal } from '#server/core/access/principal.ts';
import { changedFields } from '#server/core/audit/changes.ts';
import { recordAudit } from '#server/core/audit/record.ts';
import { issueToken, lockActiveOwner, refusingTakenName } from '#server/credentials/tokens/issue.ts';
import { viewToken } from '#server/credentials/tokens/list.ts';
import {
  findToken,
  findTokenForUpdate,
  releaseExpiredName,
  updateTokenRow,
  type Owner,
  type TokenRow,
} from '#server/credentials/tokens/queries.ts';
import { assertChangeable, assertSwitchable } from '#server/credentials/tokens/rules.ts';
import type {
  CreatedTokenView,
  CreateTokenInput,
  RevokeTokenInput,
  TokenIdInput,
  TokenView,
  UpdateTokenInput,
} from '#server/credentials/tokens/schema.ts';
import { notFound } from '#server/errors.ts';

/** One of the asker's own tokens. Throws `not_found` for unknown ids and for other people's. */
export async function getToken(ctx: PersonCtx, { id }: TokenIdInput): Promise<TokenView> {
  const token = await findToken(ctx.runtime.db, ownerOf(ctx.principal), id);
  if (!token) throw notFound('token');
  return viewToken(ctx.runtime.db, ctx.principal.tenantId, token, ctx.now());
}

/** Makes a token for the asker. The answer holds its secret, for the only time. Throws `name_taken`, `validation_failed`, `too_many_tokens`, `rate_limited`. */
export function createToken(ctx: PersonCtx, input: CreateTokenInput): Promise<CreatedTokenView> {
  return ctx.change((tx) => issueToken(tx, ctx, ownerOf(ctx.principal), input));
}

/** Renames a token, or switches it off and on. Throws `not_found`, `name_taken`, `token_ended`, `token_disabled`. */
export function updateToken(ctx: PersonCtx, { id, ...input }: UpdateTokenInput): Promise<TokenView> {
  const owner = ownerOf(ctx.principal);
  return ctx.change(async (tx) => {
    const token = await lockOwnedToken(tx, owner, id);
    assertChangeable(token, ctx.now());
    const changes = changedFields(token, input);
    if (Object.keys(changes).length === 0) return viewToken(tx, owner.tenantId, token, ctx.now());
    assertSwitchable(token, input.enabled);
    if (input.name !== undefined) await releaseExpiredName(tx, owner, { name: input.name, at: ctx.now() });
    await refusingTakenName(() => updateTokenRow(tx, owner, id, input));
    await recordAudit(tx, ctx, {
      action: 'token.update',
      resource: tokenResource(token),
      detail: { changes },
    });
    return viewToken(tx, owner.tenantId, await reread(tx, owner, id), ctx.now());
  });
}

/** Ends a token for good. Repeating it changes nothing. Throws `not_found` for unknown ids and for other people's. */
export function revokeToken(ctx: PersonCtx, { id, reason }: RevokeTokenInput): Promise<TokenView> {
  const owner = ownerOf(ctx.principal);
  return ctx.change(async (tx) => {
    const token = await findTokenForUpdate(tx, owner, id);
    if (!token) throw notFound('token');
    if (token.revokedAt) return viewToken(tx, owner.tenantId, token, ctx.now());
    const revoked = { revokedAt: ctx.now(), revokedBy: ctx.principal.user.id, revokeReason: reason ?? null };
    await updateTokenRow(tx, owner, id, revoked);
    await recordAudit(tx, ctx, {
      action: 'token.revoke',
      resource: tokenResource(token),
      detail: { reason: reason ?? null },
    });
    return viewToken(tx, owner.tenantId, await reread(tx, owner, id), ctx.now());
  });
}

/** Locks the owner, then the token: the order in which everyone locks them (decision 46). Throws `not_found`. */
export async function lockOwnedToken(tx: Transaction, owner: Owner, id: string): Promise<TokenRow> {
  await lockActiveOwner(tx, owner);
  const token = await findTokenForUpdate(tx, owner, id);
  if (!token) throw notFound('token');
  return token;
}

export function ownerOf({ tenantId, user }: UserPrincipal): Owner {
  return { tenantId, userId: user.id };
}

async function reread(tx: Transaction, owner: Owner, id: string): Promise<TokenRow> {
  const token = await findToken(tx, owner, id);
  if (!token) throw notFound('token');
  return token;
}

export function tokenResource({ id, name }: { id: string; name: string }) {
  return { type: 'token', id, label: name };
}
