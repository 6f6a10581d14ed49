import type { Transaction } from '#db/client.ts';
import type { AnyoneCtx } from '#server/core/access/context.ts';
import type { TenantId } from '#server/core/access/principal.ts';
import { recordAudit } from '#server/core/audit/record.ts';
import { consumeCode, issuedBy } from '#server/core/one-time-codes/consume.ts';
import { deviceResource } from '#server/credentials/device-sign-in/commands.ts';
import {
  findByDeviceHash,
  lockByDeviceHash,
  updateRequest,
  type DeviceRequest,
} from '#server/credentials/device-sign-in/queries.ts';
import { pollAnswer, type PollAnswer } from '#server/credentials/device-sign-in/rules.ts';
import { deviceLimits } from '#server/credentials/device-sign-in/schema.ts';
import { issueMachineToken, type Terms } from '#server/credentials/tokens/issue.ts';
import { lockOwner } from '#server/credentials/tokens/queries.ts';
import type { CreatedTokenView } from '#server/credentials/tokens/schema.ts';
import { AppError, type ErrorCode } from '#server/errors.ts';
import { Secret } from '#server/secret.ts';

/** `invalid_grant`: no such code, or one that was used. */
export type Redeemed = CreatedTokenView | PollAnswer | 'invalid_grant';

/** What says that, since it was approved, the approver has lost the right to. All else is no refusal of theirs. */
const lostRights: ErrorCode[] = ['account_deactivated', 'permission_denied', 'validation_failed'];

/**
 * Answers a machine that polls with its device code: with its token, once it was let in and once only. The secret is made
 * here, so that it is stored nowhere while the machine has not come for it.
 */
export async function redeemDeviceCode(ctx: AnyoneCtx, deviceCode: string): Promise<Redeemed> {
  try {
    return await ctx.change((tx) => poll(tx, ctx, deviceCode));
  } catch (error) {
    if (error instanceof AppError && lostRights.includes(error.code)) return 'access_denied';
    throw error;
  }
}

async function poll(tx: Transaction, ctx: AnyoneCtx, deviceCode: string): Promise<Redeemed> {
  const hash = new Secret(deviceCode).hash();
  const found = await findByDeviceHash(tx, hash);
  // The person before the request, as everywhere.
  if (found?.tenantId && found.userId)
    await lockOwner(tx, { tenantId: found.tenantId as TenantId, userId: found.userId });
  const request = await lockByDeviceHash(tx, hash);
  if (!found || !request || request.collectedAt) return 'invalid_grant';
  const polledAt = ctx.now();
  // An answer that came since, of a person who is not locked, is for the next poll.
  const answer = pollAnswer(
    found.userId ? request : { ...request, answeredAt: null, approved: false },
    polledAt,
  );
  if (answer === 'approved') return collect(tx, ctx, request, deviceCode);
  const slower = answer === 'slow_down' ? deviceLimits.intervalSeconds : 0;
  await updateRequest(tx, request.id, {
    polledAt,
    intervalSeconds: request.intervalSeconds + slower,
  });
  return answer;
}

async function collect(
  tx: Transaction,
  ctx: AnyoneCtx,
  request: DeviceRequest,
  deviceCode: string,
): Promise<Redeemed> {
  const at = ctx.now();
  const code = await consumeCode(tx, deviceCode, 'device', at);
  // Ending all codes of a person has ended this one.
  if (!code?.userId) return 'access_denied';
  const owner = { tenantId: code.tenantId, userId: code.userId };
  const made = await issueMachineToken(tx, ctx, owner, {
    name: request.tokenName,
    ...(request.terms as Terms),
    via: { device: request.id },
  });
  await updateRequest(tx, request.id, { collectedAt: at });
  await recordAudit(tx, ctx, {
    action: 'device.collect',
    actor: { kind: 'anonymous', id: null, label: 'device', tenantId: owner.tenantId },
    resource: deviceResource(request),
    detail: { token: made.credential.id, issuedBy: issuedBy(code) },
  });
  return made;
}
