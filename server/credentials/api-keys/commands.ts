import type { Transaction } from '#db/client.ts';
import type { Ctx, PersonCtx } from '#server/core/access/context.ts';
import { assertFreshSignIn } from '#server/core/access/fresh.ts';
import type { Permission, Resources } from '#server/core/access/schema.ts';
import { changedFields } from '#server/core/audit/changes.ts';
import { recordAudit } from '#server/core/audit/record.ts';
import { lockKey, lockMaker, refusingTakenKeyName } from '#server/credentials/api-keys/lock.ts';
import { findKey, isKeyOf, updateKeyRow, type KeyRow } from '#server/credentials/api-keys/queries.ts';
import { assertHeld, isWidening, keyExpiry } from '#server/credentials/api-keys/rules.ts';
import type {
  KeyIdInput,
  KeyView,
  RevokeKeyInput,
  UpdateKeyInput,
} from '#server/credentials/api-keys/schema.ts';
import { toKeyView } from '#server/credentials/api-keys/view.ts';
import { releaseNameAmong } from '#server/credentials/tokens/queries.ts';
import { assertChangeable, type TokenPolicy } from '#server/credentials/tokens/rules.ts';
import { AppError, notFound } from '#server/errors.ts';

/** One of the tenant's keys. Throws `not_found` for unknown ids and for another tenant's. */
export async function getKey({ runtime, principal, now }: Ctx, { id }: KeyIdInput): Promise<KeyView> {
  const key = await findKey(runtime.db, principal.tenantId, id);
  if (!key) throw notFound('key');
  return toKeyView(key, now());
}

/**
 * Changes a key. What widens it needs a session that was signed in lately, and only what one holds oneself can be added.
 * Throws `not_found`, `name_taken`, `token_ended`, `session_required`, `sign_in_again`, `validation_failed`.
 */
export function updateKey(ctx: PersonCtx, { id, ...input }: UpdateKeyInput): Promise<KeyView> {
  const { tenantId } = ctx.principal;
  return ctx.change(async (tx) => {
    const maker = await lockMaker(tx, ctx);
    const key = await lockKey(tx, tenantId, id);
    assertChangeable(key, ctx.now());
    const changes = changedFields({ ...key, expiresAt: key.expiresAt?.toISOString() ?? null }, input);
    if (Object.keys(changes).length === 0) return toKeyView(key, ctx.now());
    assertMayWiden(ctx, { key, change: input, held: maker.held });
    if (input.name !== undefined)
      await releaseNameAmong(tx, isKeyOf(tenantId), { name: input.name, at: ctx.now() });
    await refusingTakenKeyName(() => updateKeyRow(tx, tenantId, id, toRow(ctx, key, input, maker)));
    await recordAudit(tx, ctx, {
      action: actionOf(changes),
      resource: keyResource(key),
      detail: { changes },
    });
    return viewAgain(tx, ctx, id);
  });
}

/** Ends a key for good. Repeating it changes nothing. Throws `not_found`. */
export function revokeKey(ctx: PersonCtx, { id, reason }: RevokeKeyInput): Promise<KeyView> {
  const { tenantId, user } = ctx.principal;
  return ctx.change(async (tx) => {
    await lockMaker(tx, ctx);
    const key = await lockKey(tx, tenantId, id);
    if (key.revokedAt) return toKeyView(key, ctx.now());
    const revoked = { revokedAt: ctx.now(), revokedBy: user.id, revokeReason: reason ?? null };
    await updateKeyRow(tx, tenantId, id, revoked);
    const detail = { reason: reason ?? null };
    await recordAudit(tx, ctx, { action: 'key.revoke', resource: keyResource(key), detail });
    return viewAgain(tx, ctx, id);
  });
}

/** A key as it is now. Throws `not_found`. */
export async function viewAgain(tx: Transaction, ctx: Ctx, id: string): Promise<KeyView> {
  const key = await findKey(tx, ctx.principal.tenantId, id);
  if (!key) throw notFound('key');
  return toKeyView(key, ctx.now());
}

export function keyResource({ id, name }: { id: string; name: string }) {
  return { type: 'key', id, label: name };
}

type KeyInput = Omit<UpdateKeyInput, 'id'>;
type KeyChanges = ReturnType<typeof changedFields>;

/** What only switches a key off or on is named so. */
function actionOf({ enabled, ...others }: KeyChanges) {
  if (!enabled || Object.keys(others).length > 0) return 'key.update';
  return enabled.to ? 'key.enable' : 'key.disable';
}

interface Widening {
  key: KeyRow;
  change: KeyInput;
  /** By the person who changes it. */
  held: ReadonlySet<Permission>;
}

function assertMayWiden(ctx: PersonCtx, { key, change, held }: Widening): void {
  const terms = { ...key, resources: key.resources as Resources };
  if (!isWidening(terms, change)) return;
  const added = (change.permissions ?? []).filter((permission) => !key.permissions.includes(permission));
  assertMayAdd(ctx, { added, held, machine: 'key' });
}

/** What is to be added to what a machine may do, and what the person who adds it holds. */
export interface Addition {
  added: Permission[];
  held: ReadonlySet<Permission>;
  machine: 'key' | 'agent';
}

/** What it takes to let a machine do more. Throws `session_required`, `sign_in_again`, `validation_failed`. */
export function assertMayAdd(ctx: PersonCtx, { added, held, machine }: Addition): void {
  if (ctx.principal.origin.kind !== 'session')
    throw new AppError(
      'session_required',
      `A token can narrow what this ${machine} may do, not widen it. Sign in to Keyward in a browser.`,
    );
  assertFreshSignIn(ctx);
  assertHeld(held, added);
}

function toRow(ctx: Ctx, key: KeyRow, input: KeyInput, policy: TokenPolicy) {
  const { expiresAt, enabled, ...same } = input;
  return {
    ...same,
    // An end that stays is not measured again.
    ...(expiresAt !== undefined &&
      expiresAt !== (key.expiresAt?.toISOString() ?? null) && {
        expiresAt: keyExpiry(expiresAt, policy, ctx.now()),
      }),
    // Switching it on clears the hold that had switched it off.
    ...(enabled !== undefined && { enabled, held: enabled ? false : key.held }),
  };
}
