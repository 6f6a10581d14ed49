import { randomUUIDv7 } from 'node:crypto';
import type { PersonCtx } from '#server/core/access/context.ts';
import { recordAudit } from '#server/core/audit/record.ts';
import { displayPrefix, newSecret } from '#server/core/secrets/format.ts';
import { keyResource, viewAgain } from '#server/credentials/api-keys/commands.ts';
import { lockMaker, refusingTakenKeyName } from '#server/credentials/api-keys/lock.ts';
import { countLiveKeys, isKeyOf } from '#server/credentials/api-keys/queries.ts';
import { assertHeld, assertRoomForKey, keyExpiry } from '#server/credentials/api-keys/rules.ts';
import type { CreatedKeyView, CreateKeyInput } from '#server/credentials/api-keys/schema.ts';
import { countMadeSecret } from '#server/credentials/tokens/count-quota.ts';
import { insertCredential, releaseNameAmong } from '#server/credentials/tokens/queries.ts';

/**
 * Makes a key of the tenant's. The answer holds its secret, for the only time. Throws `name_taken`, `too_many_keys`,
 * `rate_limited`, and `validation_failed` for what its maker does not hold and for an end against the policy.
 */
export function createKey(ctx: PersonCtx, input: CreateKeyInput): Promise<CreatedKeyView> {
  const { tenantId, user } = ctx.principal;
  const { name, resources, ipAllowlist } = input;
  return ctx.change(async (tx) => {
    const maker = await lockMaker(tx, ctx);
    const at = ctx.now();
    assertHeld(maker.held, input.permissions);
    const expiresAt = keyExpiry(input.expiresAt, maker, at);
    assertRoomForKey(await countLiveKeys(tx, tenantId, at));
    await countMadeSecret(tx, { tenantId, userId: user.id }, at);
    await releaseNameAmong(tx, isKeyOf(tenantId), { name, at });
    const id = randomUUIDv7();
    const secret = newSecret('key');
    const granted = { name, permissions: input.permissions, resources, ipAllowlist, expiresAt };
    await refusingTakenKeyName(() =>
      insertCredential(
        tx,
        { ...granted, id, tenantId, kind: 'key', madeBy: user.id, createdAt: at },
        { hash: secret.hash(), prefix: displayPrefix(secret) },
      ),
    );
    const detail = { ...granted, expiresAt: expiresAt?.toISOString() ?? null };
    await recordAudit(tx, ctx, { action: 'key.create', resource: keyResource({ id, name }), detail });
    return { token: secret.reveal(), credential: await viewAgain(tx, ctx, id) };
  });
}
