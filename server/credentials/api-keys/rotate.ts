import type { PersonCtx } from '#server/core/access/context.ts';
import { recordAudit } from '#server/core/audit/record.ts';
import { replaceSecret, retireReplaced, wasRotated } from '#server/core/secrets/replace-secret.ts';
import { keyResource, viewAgain } from '#server/credentials/api-keys/commands.ts';
import { lockKey, lockMaker } from '#server/credentials/api-keys/lock.ts';
import { assertMayHold } from '#server/credentials/api-keys/rules.ts';
import type {
  KeyIdInput,
  KeyView,
  RotatedKeyView,
  RotateKeyInput,
} from '#server/credentials/api-keys/schema.ts';
import { toKeyView } from '#server/credentials/api-keys/view.ts';
import { countMadeSecret } from '#server/credentials/tokens/count-quota.ts';
import { assertRotatable, graceEnd } from '#server/credentials/tokens/rules.ts';

/** As a token is rotated, by a person who may do all that the key may. Throws `not_found`, `permission_denied`, `token_ended`, `token_disabled`, `rate_limited`. */
export function rotateKey(
  ctx: PersonCtx,
  { id, graceSeconds, rotationId }: RotateKeyInput,
): Promise<RotatedKeyView> {
  const { tenantId, user } = ctx.principal;
  return ctx.change(async (tx) => {
    const { held } = await lockMaker(tx, ctx);
    const key = await lockKey(tx, tenantId, id);
    assertMayHold(held, key);
    const at = ctx.now();
    if (rotationId && (await wasRotated(tx, id, rotationId)))
      return { token: null, credential: toKeyView(key, at) };
    assertRotatable(key, at);
    await countMadeSecret(tx, { tenantId, userId: user.id }, at);
    const endsAt = graceEnd(key, graceSeconds, at);
    const { secret, prefix } = await replaceSecret(
      tx,
      { credentialId: id, kind: 'key', endsAt, rotationId },
      at,
    );
    const detail = { graceSeconds, graceEndsAt: endsAt.toISOString(), prefix };
    await recordAudit(tx, ctx, { action: 'key.rotate', resource: keyResource(key), detail });
    return { token: secret.reveal(), credential: await viewAgain(tx, ctx, id) };
  });
}

/** Has the secret that a rotation replaced stop now. Where none is in grace nothing changes. Throws `not_found`. */
export function endKeyGrace(ctx: PersonCtx, { id }: KeyIdInput): Promise<KeyView> {
  return ctx.change(async (tx) => {
    await lockMaker(tx, ctx);
    const key = await lockKey(tx, ctx.principal.tenantId, id);
    const at = ctx.now();
    if (!key.graceEndsAt || key.graceEndsAt <= at) return toKeyView(key, at);
    await retireReplaced(tx, id, at);
    await recordAudit(tx, ctx, { action: 'key.end_grace', resource: keyResource(key) });
    return viewAgain(tx, ctx, id);
  });
}
