import { z } from 'zod';
import type { AnyoneCtx, Ctx } from '#server/access/context.ts';
import { cookieHeader, cookieName, readCookie } from '#server/access/cookies.ts';
import { safeNext } from '#server/access/schema.ts';
import { countingFailures } from '#server/attempts/count.ts';
import { AppError, notFound } from '#server/errors.ts';
import { newChecks, type Identity, type Issuer } from '#server/oidc/discover.ts';
import { linkIdentity } from '#server/oidc/link.ts';
import type { OidcStartedView, StartOidcInput } from '#server/oidc/schema.ts';
import { noteOidcFailure, startByIdentity } from '#server/oidc/sign-in.ts';
import { admit } from '#server/sessions/start.ts';

const cookie = 'keyward_oidc';
const lifeSeconds = 600;
export const callbackPath = '/api/v1/auth/oidc/callback';

/** What this browser keeps while the person is at the issuer: signed, and good for ten minutes. */
const flowSchema = z.object({
  state: z.string(),
  nonce: z.string(),
  verifier: z.string(),
  next: z.string(),
  until: z.number(),
  /** Set where somebody who is signed in links an identity to their account. */
  linkTo: z.string().optional(),
});
type Flow = z.infer<typeof flowSchema>;

/** Sends a browser to the issuer. Throws `not_found` where none is configured, `oidc_unavailable`. */
export function startOidc(ctx: AnyoneCtx, { next, again }: StartOidcInput): Promise<OidcStartedView> {
  return begin(ctx, { next: safeNext(next), again: again ?? false });
}

/** The same for somebody who is signed in, to link who they are there. */
export function startLinking(ctx: Ctx): Promise<OidcStartedView> {
  return begin(ctx, { next: '/account', again: false, linkTo: ctx.principal.user.id });
}

/**
 * Takes in whoever comes back from the issuer, with what it added to our address. Returns the path to go on to; where they
 * were refused, that of a page which says why. Returns that prove nothing are counted by address: of browsers that have begun,
 * since any page can send its visitors here, and would have them wait.
 */
export async function completeOidc(ctx: AnyoneCtx, query: URLSearchParams): Promise<string> {
  const issuer = issuerOf(ctx);
  const flow = takeFlow(ctx);
  try {
    if (!flow) throw new AppError('oidc_failed', 'This browser has not begun to sign in. Start again.');
    return await countingFailures(ctx, 'oidc_failed', () => comeBack(ctx, issuer, { flow, query }));
  } catch (error) {
    if (!(error instanceof AppError) || error.code === 'internal') throw error;
    if (error.code !== 'too_many_attempts') noteOidcFailure(ctx, error);
    const page = flow?.linkTo === undefined ? '/login' : '/account';
    return `${page}?${new URLSearchParams({ error: error.code, next: flow?.next ?? '/' })}`;
  }
}

interface Return {
  flow: Flow;
  query: URLSearchParams;
}

async function comeBack(ctx: AnyoneCtx, issuer: Issuer, { flow, query }: Return): Promise<string> {
  const returned = new URL(`${callbackPath}?${query}`, ctx.runtime.config.url);
  const identity = await issuer.redeem(returned, flow);
  return flow.linkTo === undefined ? signIn(ctx, identity, flow) : linkIdentity(ctx, identity, flow.linkTo);
}

async function signIn(ctx: AnyoneCtx, identity: Identity, { next }: Flow): Promise<string> {
  admit(ctx, await ctx.change((tx) => startByIdentity(tx, ctx, identity)));
  return next;
}

async function begin(
  ctx: AnyoneCtx,
  { again, ...kept }: { next: string; again: boolean; linkTo?: string },
): Promise<OidcStartedView> {
  const { config, signer } = ctx.runtime;
  const checks = newChecks();
  const url = await issuerOf(ctx).begin(checks, new URL(callbackPath, config.url).href, again);
  const flow: Flow = { ...checks, ...kept, until: ctx.now().getTime() + lifeSeconds * 1_000 };
  const value = signer.sign('oidc', flow);
  ctx.reply.setCookie(cookieHeader(config, { name: cookie, value, seconds: lifeSeconds }));
  return { url: url.href };
}

/** Whatever comes of it, a flow is taken up once. */
function takeFlow(ctx: AnyoneCtx): Flow | undefined {
  const { config, signer } = ctx.runtime;
  const value = readCookie(ctx.request.cookie ?? '', cookieName(config, cookie));
  ctx.reply.setCookie(cookieHeader(config, { name: cookie, value: '', seconds: 0 }));
  const flow = flowSchema.safeParse(value && signer.read('oidc', value)).data;
  return flow && flow.until > ctx.now().getTime() ? flow : undefined;
}

function issuerOf({ runtime }: AnyoneCtx): Issuer {
  if (!runtime.issuer) throw notFound('way to sign in');
  return runtime.issuer;
}
