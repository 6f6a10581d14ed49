import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { AnyoneCtx } from '#server/core/access/context.ts';
import { findAccountByEmail } from '#server/people/users/find-account.ts';
import type { UserRow } from '#server/people/users/queries.ts';

const name = 'keyward_device';
const purpose = 'device';
const lifeDays = 180;
const day = 86_400_000;

const deviceMark = z.object({ account: z.string(), device: z.string(), until: z.number() });
type MarkedUser = Pick<UserRow, 'id' | 'passwordHash'>;

/**
 * Which browser this is, if it has signed in to that account since its password was last changed. `account`: a canonical
 * e-mail address. The mark is signed and stored nowhere; whoever steals it gains a handful of guesses of their own, until
 * the password changes, and nothing else.
 */
export async function recogniseDevice(ctx: AnyoneCtx, account: string): Promise<string | undefined> {
  const mark = readMark(ctx);
  const user = mark && (await findAccountByEmail(ctx.runtime.db, account));
  return user && mark.account === accountMark(ctx, user) ? mark.device : undefined;
}

/** Lets this browser be known again, after somebody has proved there who they are. `user`: with their present password. */
export function markDevice(ctx: AnyoneCtx, user: MarkedUser): void {
  const account = accountMark(ctx, user);
  const before = readMark(ctx);
  const device = before?.account === account ? before.device : randomUUID();
  const until = ctx.now().getTime() + lifeDays * day;
  const value = ctx.runtime.signer.sign(purpose, { account, device, until });
  ctx.reply.setCookie(ctx.runtime.cookies.header({ name, value, seconds: (lifeDays * day) / 1_000 }));
}

function readMark(ctx: AnyoneCtx): z.infer<typeof deviceMark> | undefined {
  const { cookies, signer } = ctx.runtime;
  const cookie = cookies.read(ctx.request.cookie ?? '', name);
  const mark = deviceMark.safeParse(cookie && signer.read(purpose, cookie)).data;
  return mark && mark.until > ctx.now().getTime() ? mark : undefined;
}

/** Neither the account nor its password, whose change makes every mark worthless: a cookie is no place for them. */
function accountMark(ctx: AnyoneCtx, { id, passwordHash }: MarkedUser): string {
  return ctx.runtime.signer.hash('device-account', `${id} ${passwordHash ?? ''}`).toString('base64url');
}
