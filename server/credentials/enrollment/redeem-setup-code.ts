import type { Transaction } from '#db/client.ts';
import type { AnyoneCtx } from '#server/core/access/context.ts';
import type { TenantId } from '#server/core/access/principal.ts';
import type { Grant } from '#server/core/access/schema.ts';
import { auditRow, insertAuditRows, recordAudit } from '#server/core/audit/record.ts';
import { throttleFailures } from '#server/core/lockout/throttle.ts';
import { notify } from '#server/core/notifications/notify.ts';
import { consumeCode, issuedBy } from '#server/core/one-time-codes/consume.ts';
import { machineName } from '#server/core/secrets/machine-name.ts';
import { setupCodeResource } from '#server/credentials/enrollment/commands.ts';
import {
  findRedeemedByHash,
  findSetupCode,
  updateSetupCode,
} from '#server/credentials/enrollment/queries.ts';
import type { RedeemedSetupCodeView, RedeemSetupCodeInput } from '#server/credentials/enrollment/schema.ts';
import { issueMachineToken } from '#server/credentials/tokens/issue.ts';
import { revokeIssued } from '#server/credentials/tokens/revoke-issued.ts';
import { AppError } from '#server/errors.ts';
import { Secret } from '#server/secret.ts';

/**
 * Swaps a setup code for a token of whoever made the code, once. A code that comes back may be in somebody else's hands, and
 * which of the two was meant to have it cannot be told: so the token that it made is revoked, and its owner told. Throws
 * `code_invalid`, `rate_limited`, and what making a token throws.
 */
export function redeemSetupCode(ctx: AnyoneCtx, input: RedeemSetupCodeInput): Promise<RedeemedSetupCodeView> {
  return throttleFailures(ctx, 'code', {}, async () => {
    const outcome = await ctx.change((tx) => swap(tx, ctx, input));
    if (outcome === 'unknown')
      throw new AppError(
        'code_invalid',
        'This setup code does not work: it was mistyped, is older than ten minutes, or ended when it was cancelled or its owner signed out. Create a new one.',
      );
    if (outcome === 'reused')
      throw new AppError(
        'code_invalid',
        'This setup code was used before. The token that it made has been revoked, and its owner is told. Make a new code.',
      );
    return outcome;
  });
}

type Outcome = RedeemedSetupCodeView | 'unknown' | 'reused';

async function swap(tx: Transaction, ctx: AnyoneCtx, input: RedeemSetupCodeInput): Promise<Outcome> {
  const at = ctx.now();
  const used = await consumeCode(tx, input.code, 'setup', at);
  if (!used?.userId) return answerReuse(tx, ctx, input.code);
  const maker = { tenantId: used.tenantId, userId: used.userId };
  const found = await findSetupCode(tx, maker, used.id);
  if (!found) throw new Error('a setup code has no row of its own');
  const { permissions, expiresInDays } = found.code;
  const [host, os] = [machineName(input.host) ?? 'unnamed-machine', machineName(input.os) ?? null];
  const { token: secret, credential } = await issueMachineToken(tx, ctx, maker, {
    name: `Claude Code on ${host}`,
    permissions: permissions as Grant,
    expiresInDays,
    via: { setupCode: used.id },
  });
  const { address } = ctx.request;
  await updateSetupCode(tx, maker, used.id, {
    credentialId: credential.id,
    redeemedAt: at,
    host,
    os,
    address,
  });
  await recordAudit(tx, ctx, {
    action: 'setup_code.redeem',
    actor: machine(maker.tenantId, host),
    resource: setupCodeResource(found.code),
    detail: { host, os, token: credential.id, issuedBy: issuedBy(used) },
  });
  return { secret, credential };
}

async function answerReuse(tx: Transaction, ctx: AnyoneCtx, code: string): Promise<Outcome> {
  const found = await findRedeemedByHash(tx, new Secret(code).hash());
  if (!found) return 'unknown';
  const { tenantId, userId, credentialId } = found;
  const reason = 'Its setup code was used again';
  const revoked = await revokeIssued(tx, ctx, { tenantId, userId }, { id: credentialId, reason });
  if (!revoked) return 'reused';
  const denied = auditRow(ctx, {
    action: 'setup_code.redeem',
    outcome: 'denied',
    code: 'code_invalid',
    actor: machine(tenantId, 'holder'),
    resource: setupCodeResource({ id: found.id, label: null }),
    detail: { token: credentialId },
  });
  await insertAuditRows(tx, [denied, revoked]);
  const { address } = ctx.request;
  await notify(tx, ctx.runtime, [
    { tenantId, userId, credentialId, kind: 'setup_reused', day: ctx.now(), address },
  ]);
  return 'reused';
}

const machine = (tenantId: TenantId, label: string) =>
  ({ kind: 'anonymous', id: null, label, tenantId }) as const;
