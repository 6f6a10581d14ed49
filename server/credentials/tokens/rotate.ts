import type { Transaction } from '#db/client.ts';
import type { PersonCtx } from '#server/core/access/context.ts';
import { recordAudit } from '#server/core/audit/record.ts';
import { replaceSecret, retireReplaced, wasRotated } from '#server/core/secrets/replace-secret.ts';
import { ownerOf, tokenResource } from '#server/credentials/tokens/commands.ts';
import { countMadeSecret } from '#server/credentials/tokens/count-quota.ts';
import { lockActiveOwner } from '#server/credentials/tokens/issue.ts';
import { viewToken } from '#server/credentials/tokens/list.ts';
import {
  findToken,
  findTokenForUpdate,
  type Owner,
  type TokenRow,
} from '#server/credentials/tokens/queries.ts';
import { assertRotatable, graceEnd } from '#server/credentials/tokens/rules.ts';
import type {
  RotatedTokenView,
  RotateTokenInput,
  TokenIdInput,
  TokenView,
} from '#server/credentials/tokens/schema.ts';
import { notFound } from '#server/errors.ts';

/**
 * Gives a token a new secret; the old one works until the grace ends. Of an earlier rotation whose grace still runs the
 * secret stops at once: two secrets work at a time, never three. Repeating it with the same `rotationId` answers with the
 * token alone. Throws `not_found`, `token_ended`, `token_disabled`, `rate_limited`.
 */
export function rotateToken(ctx: PersonCtx, { id, graceSeconds, rotationId }: RotateTokenInput) {
  const owner = ownerOf(ctx.principal);
  return ctx.change(async (tx): Promise<RotatedTokenView> => {
    await lockActiveOwner(tx, owner);
    const token = await lockToken(tx, owner, id);
    const at = ctx.now();
    if (rotationId && (await wasRotated(tx, id, rotationId)))
      return { token: null, credential: await viewToken(tx, owner.tenantId, token, at) };
    assertRotatable(token, at);
    await countMadeSecret(tx, owner, at);
    const endsAt = graceEnd(token, graceSeconds, at);
    const { secret, prefix } = await replaceSecret(
      tx,
      { credentialId: id, kind: 'pat', endsAt, rotationId },
      at,
    );
    const detail = { graceSeconds, graceEndsAt: endsAt.toISOString(), prefix };
    await recordAudit(tx, ctx, { action: 'token.rotate', resource: tokenResource(token), detail });
    return { token: secret.reveal(), credential: await viewAgain(tx, owner, id, at) };
  });
}

/** Has the secret that a rotation replaced stop now. Where none is in grace nothing changes. Throws `not_found`. */
export function endGrace(ctx: PersonCtx, { id }: TokenIdInput): Promise<TokenView> {
  const owner = ownerOf(ctx.principal);
  return ctx.change(async (tx) => {
    const token = await lockToken(tx, owner, id);
    const at = ctx.now();
    if (!token.graceEndsAt || token.graceEndsAt <= at) return viewToken(tx, owner.tenantId, token, at);
    await retireReplaced(tx, id, at);
    await recordAudit(tx, ctx, { action: 'token.end_grace', resource: tokenResource(token) });
    return viewAgain(tx, owner, id, at);
  });
}

/** Read again once it is locked: what was read of its secrets while waiting for the lock may be of before. */
async function lockToken(tx: Transaction, owner: Owner, id: string): Promise<TokenRow> {
  await findTokenForUpdate(tx, owner, id);
  const token = await findToken(tx, owner, id);
  if (!token) throw notFound('token');
  return token;
}

async function viewAgain(tx: Transaction, owner: Owner, id: string, at: Date): Promise<TokenView> {
  const token = await findToken(tx, owner, id);
  if (!token) throw notFound('token');
  return viewToken(tx, owner.tenantId, token, at);
}
