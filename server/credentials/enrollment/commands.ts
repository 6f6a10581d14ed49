import { randomUUIDv7 } from 'node:crypto';
import type { Transaction } from '#db/client.ts';
import type { PersonCtx } from '#server/core/access/context.ts';
import type { UserPrincipal } from '#server/core/access/principal.ts';
import { recordAudit } from '#server/core/audit/record.ts';
import { countOpenCodes, endCode } from '#server/core/one-time-codes/consume.ts';
import { codeLifeMs, issueCode, issuerOf } from '#server/core/one-time-codes/issue.ts';
import { newSecret } from '#server/core/secrets/format.ts';
import {
  findSetupCode,
  insertSetupCode,
  lockCodeOfCredential,
  lockSetupCode,
  type Maker,
  type SetupCodeRow,
  updateSetupCode,
} from '#server/credentials/enrollment/queries.ts';
import {
  openAtOnce,
  type MadeSetupCodeView,
  type MakeSetupCodeInput,
  type ReportSetupInput,
  type SetupCodeIdInput,
  type SetupCodeView,
} from '#server/credentials/enrollment/schema.ts';
import { toSetupCodeView } from '#server/credentials/enrollment/view.ts';
import { countMadeSecret } from '#server/credentials/tokens/count-quota.ts';
import { lockActiveOwner, settleTerms } from '#server/credentials/tokens/issue.ts';
import { AppError, notFound } from '#server/errors.ts';

/**
 * Makes a code that a machine swaps for a token of the asker's. Throws `permission_denied`, `validation_failed`,
 * `too_many_codes`, `too_many_tokens`, `rate_limited`.
 */
export function makeSetupCode(ctx: PersonCtx, input: MakeSetupCodeInput): Promise<MadeSetupCodeView> {
  const maker = makerOf(ctx.principal);
  const { label = null, permissions } = input;
  const asked = { permissions, expiresInDays: input.expiresInDays };
  return ctx.change(async (tx) => {
    const standing = await lockActiveOwner(tx, maker);
    const at = ctx.now();
    const { expiresInDays } = await settleTerms(tx, { ...maker, ...standing }, asked, at);
    await assertRoomForCode(tx, maker, at);
    await countMadeSecret(tx, maker, at);
    const id = randomUUIDv7();
    const secret = newSecret('set');
    const issuer = issuerOf(ctx.principal);
    await issueCode(tx, { ...maker, id, secret, purpose: 'setup', lifeMs: codeLifeMs.setup, issuer }, at);
    await insertSetupCode(tx, { ...maker, id, label, permissions: [...permissions], expiresInDays });
    await recordAudit(tx, ctx, {
      action: 'setup_code.create',
      resource: setupCodeResource({ id, label }),
      detail: { expiresInDays, permissions },
    });
    const expiresAt = new Date(at.getTime() + codeLifeMs.setup).toISOString();
    return { id, code: secret.reveal(), expiresAt, secondsLeft: codeLifeMs.setup / 1_000 };
  });
}

async function assertRoomForCode(tx: Transaction, maker: Maker, at: Date): Promise<void> {
  if ((await countOpenCodes(tx, maker, 'setup', at)) < openAtOnce) return;
  throw new AppError(
    'too_many_codes',
    `You have ${openAtOnce} open setup codes, which is the most at once. Cancel some, or wait until they expire: they live for ten minutes.`,
  );
}

/** What has become of one of the asker's codes. Throws `not_found`. */
export async function getSetupCode(ctx: PersonCtx, { id }: SetupCodeIdInput): Promise<SetupCodeView> {
  const row = await findSetupCode(ctx.runtime.db, makerOf(ctx.principal), id);
  return toSetupCodeView(known(row), ctx.now());
}

/** Makes a code useless that nobody has redeemed. Of one that has ended nothing changes. Throws `not_found`, `code_redeemed`. */
export function cancelSetupCode(ctx: PersonCtx, { id }: SetupCodeIdInput): Promise<SetupCodeView> {
  const maker = makerOf(ctx.principal);
  return ctx.change(async (tx) => {
    const row = known(await lockSetupCode(tx, maker, id));
    if (row.code.redeemedAt)
      throw new AppError('code_redeemed', 'A machine has redeemed this code. Revoke its token instead.');
    if (row.consumedAt) return toSetupCodeView(row, ctx.now());
    await endCode(tx, maker, id, ctx.now());
    await recordAudit(tx, ctx, { action: 'setup_code.cancel', resource: setupCodeResource(row.code) });
    return toSetupCodeView(known(await findSetupCode(tx, maker, id)), ctx.now());
  });
}

/**
 * Takes down what a machine says of itself that was set up with a code, which it shows by the token that it got. Repeating it
 * changes nothing. Throws `not_found` for a credential that no code has made.
 */
export function reportSetup(
  ctx: PersonCtx,
  { version, healthy, skills }: ReportSetupInput,
): Promise<SetupCodeView> {
  const maker = makerOf(ctx.principal);
  return ctx.change(async (tx) => {
    const row = known(await lockCodeOfCredential(tx, maker, ctx.principal.origin.id));
    const said = { version, healthy, skills };
    if (isSaid(row, said)) return toSetupCodeView(row, ctx.now());
    await updateSetupCode(tx, maker, row.code.id, { ...said, reportedAt: ctx.now() });
    await recordAudit(tx, ctx, {
      action: 'setup_code.report',
      resource: setupCodeResource(row.code),
      detail: said,
    });
    return toSetupCodeView(known(await findSetupCode(tx, maker, row.code.id)), ctx.now());
  });
}

/** What nobody has named is known by what it does. */
export function setupCodeResource({ id, label }: { id: string; label: string | null }) {
  return { type: 'setup_code', id, label: label ?? 'setup code' };
}

function makerOf({ tenantId, user }: UserPrincipal): Maker {
  return { tenantId, userId: user.id };
}

function known(row: SetupCodeRow | undefined): SetupCodeRow {
  if (!row) throw notFound('setup code');
  return row;
}

function isSaid({ code }: SetupCodeRow, said: ReportSetupInput): boolean {
  const { version, healthy, skills } = code;
  return JSON.stringify({ version, healthy, skills }) === JSON.stringify(said);
}
