import { randomInt, randomUUIDv7 } from 'node:crypto';
import type { Transaction } from '#db/client.ts';
import type { AnyoneCtx, Runtime } from '#server/core/access/context.ts';
import { recordAudit } from '#server/core/audit/record.ts';
import { throttle } from '#server/core/lockout/throttle.ts';
import { widerNetwork } from '#server/core/network/address.ts';
import { randomBase62 } from '#server/core/secrets/format.ts';
import { machineName } from '#server/core/secrets/machine-name.ts';
import {
  countOpenRequests,
  deleteOneOfMany,
  insertRequest,
  lockRequests,
} from '#server/credentials/device-sign-in/queries.ts';
import { shownUserCode, usualName } from '#server/credentials/device-sign-in/rules.ts';
import { deviceLimits, userCodeLetters, type DeviceAsk } from '#server/credentials/device-sign-in/schema.ts';
import { AppError } from '#server/errors.ts';
import { Secret } from '#server/secret.ts';

const minute = 60_000;
/** With a billion codes to every one that is open, the second try is never needed. */
const triesForCode = 5;

const addressIsUnknown =
  'The proxy in front of Keyward does not say where this comes from. Ask an admin to set KEYWARD_CLIENT_ADDRESS_HEADER.';

type LocatedAsk = DeviceAsk & { address: string };

export interface StartedSignIn {
  deviceCode: Secret;
  /** As it is shown: `XXXX-XXXX`. */
  userCode: string;
}

/**
 * Takes down that a machine wants to be let in. Only somebody who is signed in can do that, by the user code; the device code
 * stays with the machine. Throws `rate_limited` where it asks too often, or too many of its network wait for an answer;
 * `bad_request` where the address is unknown, which the approver has to judge by.
 */
export async function startDeviceSignIn(ctx: AnyoneCtx, ask: DeviceAsk): Promise<StartedSignIn> {
  const { address } = ctx.request;
  if (address === null) throw new AppError('bad_request', addressIsUnknown);
  const attempt = await throttle(ctx, 'deviceSignIn', {});
  const started = await ctx.change((tx) => takeDown(tx, ctx, { ...ask, address }));
  if (started) return started;
  // Others fill it: who tries again is not to wait longer than they make them.
  await attempt.refund();
  throw new AppError(
    'rate_limited',
    'Too many machines of your network wait for an answer. Answer some of them, or wait, then try again.',
    { retryAfterSeconds: 60 },
  );
}

/** Null while too many of its network wait for an answer. Where too many wait in all, one gives way. */
async function takeDown(tx: Transaction, ctx: AnyoneCtx, ask: LocatedAsk): Promise<StartedSignIn | null> {
  await lockRequests(tx);
  const open = await countOpenRequests(tx, widerNetwork(ask.address), ctx.now());
  if (open.near >= deviceLimits.openPerNetwork) return null;
  if (open.all >= deviceLimits.openAtOnce) await deleteOneOfMany(tx, ctx.now());
  // 190 bits, where RFC 8628 asks for entropy that cannot be guessed.
  const deviceCode = new Secret(randomBase62(32));
  const id = randomUUIDv7();
  const userCode = await insertWithUserCode(tx, ctx, { id, deviceHash: deviceCode.hash(), ask });
  await recordAudit(tx, ctx, {
    action: 'device.ask',
    actor: { kind: 'anonymous', id: null, label: 'device', tenantId: ctx.runtime.defaultTenantId },
    resource: { type: 'device', id, label: machineName(ask.host) ?? 'unnamed machine' },
  });
  return { deviceCode, userCode };
}

export function userCodeKey({ signer }: Runtime, code: string): Buffer {
  return signer.hash('device-user-code', code);
}

async function insertWithUserCode(
  tx: Transaction,
  ctx: AnyoneCtx,
  { id, deviceHash, ask }: { id: string; deviceHash: Buffer; ask: LocatedAsk },
): Promise<string> {
  const { userAgent } = ctx.request;
  const host = machineName(ask.host);
  const createdAt = ctx.now();
  const row = {
    id,
    deviceHash,
    host: host ?? null,
    address: ask.address,
    userAgent,
    tokenName: ask.token_name ?? usualName(host),
    terms: { permissions: ask.scope, expiresInDays: ask.token_days },
    createdAt,
    expiresAt: new Date(createdAt.getTime() + deviceLimits.lifeMinutes * minute),
    intervalSeconds: deviceLimits.intervalSeconds,
  };
  for (let tries = 0; tries < triesForCode; tries++) {
    const code = randomUserCode();
    if (await insertRequest(tx, { ...row, userCodeKey: userCodeKey(ctx.runtime, code) }))
      return shownUserCode(code);
  }
  throw new Error('no user code was free');
}

function randomUserCode(): string {
  const letters = Array.from({ length: deviceLimits.codeLength }, () => {
    return userCodeLetters[randomInt(userCodeLetters.length)];
  });
  return letters.join('');
}
