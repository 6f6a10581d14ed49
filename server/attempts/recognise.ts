import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { AnyoneCtx } from '#server/access/context.ts';
import { cookieHeader, cookieName, readCookie } from '#server/access/cookies.ts';
import { canonicalEmail } from '#server/users/schema.ts';

const name = 'keyward_device';
const purpose = 'device';
const lifeDays = 180;
const day = 86_400_000;

const deviceMark = z.object({ account: z.string(), device: z.string(), until: z.number() });

/**
 * Which browser this is, if it has signed in to that account before. `account`: a canonical e-mail address. The mark is
 * signed and stored nowhere; whoever steals it gains a handful of guesses of their own, and nothing else.
 */
export function recogniseDevice(ctx: AnyoneCtx, account: string): string | undefined {
  const { config, signer } = ctx.runtime;
  const cookie = readCookie(ctx.request.cookie ?? '', cookieName(config, name));
  const mark = deviceMark.safeParse(cookie && signer.read(purpose, cookie)).data;
  if (!mark || mark.until <= ctx.now().getTime() || mark.account !== accountMark(ctx, account))
    return undefined;
  return mark.device;
}

/** Lets this browser be known again, after somebody has signed in with it. */
export function markDevice(ctx: AnyoneCtx, email: string): void {
  const account = canonicalEmail(email);
  const device = recogniseDevice(ctx, account) ?? randomUUID();
  const until = ctx.now().getTime() + lifeDays * day;
  const value = ctx.runtime.signer.sign(purpose, { account: accountMark(ctx, account), device, until });
  ctx.reply.setCookie(cookieHeader(ctx.runtime.config, { name, value, seconds: (lifeDays * day) / 1_000 }));
}

/** Not the address itself: a cookie is no place for it. */
function accountMark(ctx: AnyoneCtx, account: string): string {
  return ctx.runtime.signer.hash('device-account', account).toString('base64url');
}
