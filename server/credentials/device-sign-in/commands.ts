import type { Transaction } from '#db/client.ts';
import type { PersonCtx } from '#server/core/access/context.ts';
import { recordAudit } from '#server/core/audit/record.ts';
import { throttleFailures } from '#server/core/lockout/throttle.ts';
import { addressBlock } from '#server/core/network/address.ts';
import { issuerOf, recordCode } from '#server/core/one-time-codes/issue.ts';
import {
  findByUserCode,
  lockByUserCode,
  updateRequest,
  type DeviceRequest,
} from '#server/credentials/device-sign-in/queries.ts';
import {
  assertOpen,
  canonicalUserCode,
  isUserCode,
  shownUserCode,
} from '#server/credentials/device-sign-in/rules.ts';
import type {
  DeviceAnswerView,
  DeviceCodeInput,
  DeviceRequestView,
} from '#server/credentials/device-sign-in/schema.ts';
import { userCodeKey } from '#server/credentials/device-sign-in/start.ts';
import {
  lockActiveOwner,
  settleTerms,
  type SettledTerms,
  type Terms,
} from '#server/credentials/tokens/issue.ts';
import { AppError } from '#server/errors.ts';

/**
 * What a machine asks the asker for, by the code that it shows. Throws `code_invalid`, `rate_limited`, and
 * `validation_failed` where it asks for more than the asker has to give, `too_many_tokens`.
 */
export function findDeviceRequest(ctx: PersonCtx, { userCode }: DeviceCodeInput): Promise<DeviceRequestView> {
  return throttleFailures(ctx, 'userCode', { guesses: ctx.principal.user.id }, async () => {
    const { address: ownAddress } = ctx.request;
    const request = opened(ctx, await findByUserCode(ctx.runtime.db, keyOf(ctx, userCode)));
    const { host, address, createdAt, expiresAt, tokenName: name } = request;
    const { permissions, expiresAt: tokenExpiresAt } = await settle(ctx, request);
    return {
      userCode: shownUserCode(canonicalUserCode(userCode)),
      host,
      address,
      ownAddress,
      isSamePlace: addressBlock(address) === addressBlock(ownAddress),
      askedAt: createdAt.toISOString(),
      secondsLeft: Math.ceil((expiresAt.getTime() - ctx.now().getTime()) / 1_000),
      grant: { name, permissions, expiresAt: tokenExpiresAt?.toISOString() ?? null },
    };
  });
}

/**
 * Lets a machine have a token of the asker's, which is made when the machine comes for it. Throws what `findDeviceRequest`
 * throws.
 */
export function approveDevice(ctx: PersonCtx, input: DeviceCodeInput): Promise<DeviceAnswerView> {
  return answerRequest(ctx, input, async (tx, request) => {
    const { tenantId, user } = ctx.principal;
    const { expiresInDays, permissions } = await settle(ctx, request, tx);
    const at = ctx.now();
    const lifeMs = request.expiresAt.getTime() - at.getTime();
    const code = { tenantId, userId: user.id, hash: request.deviceHash, lifeMs };
    await recordCode(tx, { ...code, purpose: 'device', issuer: issuerOf(ctx.principal) }, at);
    return { name: request.tokenName, expiresInDays, permissions };
  });
}

/** Turns a machine away. Throws `code_invalid`, `rate_limited`. */
export function denyDevice(ctx: PersonCtx, input: DeviceCodeInput): Promise<DeviceAnswerView> {
  return answerRequest(ctx, input, undefined);
}

type Approve = (tx: Transaction, request: DeviceRequest) => Promise<Record<string, unknown>>;

/** Answers it once, whoever of several asks first. */
function answerRequest(
  ctx: PersonCtx,
  { userCode }: DeviceCodeInput,
  approve: Approve | undefined,
): Promise<DeviceAnswerView> {
  const { tenantId, user } = ctx.principal;
  return throttleFailures(ctx, 'userCode', { guesses: ctx.principal.user.id }, () =>
    ctx.change(async (tx) => {
      const key = keyOf(ctx, userCode);
      // Before the request, as everywhere; who is deactivated meanwhile leaves no code behind.
      await lockActiveOwner(tx, { tenantId, userId: user.id });
      const request = opened(ctx, await lockByUserCode(tx, key));
      const approved = approve !== undefined;
      const detail = await approve?.(tx, request);
      const answered = { tenantId, userId: user.id, answeredAt: ctx.now(), approved };
      await updateRequest(tx, request.id, answered);
      await recordAudit(tx, ctx, {
        action: approved ? 'device.approve' : 'device.deny',
        resource: deviceResource(request),
        detail: { ...detail, askedFrom: request.address },
      });
      return { approved, host: request.host };
    }),
  );
}

export function deviceResource({ id, host }: Pick<DeviceRequest, 'id' | 'host'>) {
  return { type: 'device', id, label: host ?? 'unnamed machine' };
}

function settle(ctx: PersonCtx, request: DeviceRequest, tx?: Transaction): Promise<SettledTerms> {
  const { tenantId, user, permissions } = ctx.principal;
  const isPlatformAdmin = permissions.has('tenants:write');
  return settleTerms(
    tx ?? ctx.runtime.db,
    { tenantId, userId: user.id, role: user.role, isPlatformAdmin },
    request.terms as Terms,
    ctx.now(),
  );
}

function opened(ctx: PersonCtx, request: DeviceRequest | undefined): DeviceRequest {
  if (!request)
    throw new AppError('code_invalid', 'Nothing asks with this code. Compare it letter by letter.');
  assertOpen(request, ctx.now());
  return request;
}

function keyOf(ctx: PersonCtx, typed: string): Buffer {
  const code = canonicalUserCode(typed);
  if (!isUserCode(code))
    throw new AppError('code_invalid', 'A code has eight letters, such as WDJB-MJHT. Compare it.');
  return userCodeKey(ctx.runtime, code);
}
