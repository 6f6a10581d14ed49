import type { AnyoneCtx, PersonCtx } from '#server/core/access/context.ts';
import { safeNext } from '#server/core/access/schema.ts';
import { throttleFailures } from '#server/core/lockout/throttle.ts';
import { AppError, notFound } from '#server/errors.ts';
import { admit } from '#server/people/sign-in/start.ts';
import { acceptByIdentity } from '#server/people/sso/accept-by-identity.ts';
import { newChecks, type Identity, type Issuer } from '#server/people/sso/discover.ts';
import { linkIdentity } from '#server/people/sso/link.ts';
import { assertAuthenticatedAnew } from '#server/people/sso/rules.ts';
import type { OidcStartedView, StartOidcInput } from '#server/people/sso/schema.ts';
import { noteOidcFailure, startByIdentity } from '#server/people/sso/sign-in.ts';
import { beginOf, keepFlow, takeFlow, type Flow } from '#server/people/sso/track-flow.ts';

export const callbackPath = '/api/v1/auth/oidc/callback';

type Begun = Pick<Flow, 'next' | 'again' | 'linkTo' | 'invite'>;

/** Sends a browser to the issuer. Throws `not_found` where none is configured, `oidc_unavailable`, `oidc_misconfigured`. */
export function startOidc(
  ctx: AnyoneCtx,
  { next, again = false, invite }: StartOidcInput,
): Promise<OidcStartedView> {
  return begin(ctx, { next: safeNext(next), again, invite });
}

/** The same for a person who is signed in, to link who they are there. */
export function startLinking(ctx: PersonCtx): Promise<OidcStartedView> {
  return begin(ctx, { next: '/account', again: false, linkTo: ctx.principal.user.id });
}

/**
 * Takes in a person who comes back from the issuer, with what it added to our address. Returns the path to go on to; where they
 * were refused, that of a page which says why. Returns that prove nothing are counted by address: of browsers that have begun,
 * since any page can send its visitors here, and would have them wait.
 */
export async function completeOidc(ctx: AnyoneCtx, query: URLSearchParams): Promise<string> {
  const issuer = issuerOf(ctx);
  const flow = takeFlow(ctx, query.get('state'));
  try {
    if (!flow) throw new AppError('oidc_failed', 'This browser has not begun to sign in. Start again.');
    return await throttleFailures(ctx, 'sso', {}, () => comeBack(ctx, issuer, { flow, query }));
  } catch (error) {
    if (!(error instanceof AppError) || error.code === 'internal') throw error;
    if (error.code !== 'rate_limited') noteOidcFailure(ctx, error);
    const page = flow?.linkTo === undefined ? '/login' : '/account';
    // Otherwise the sign-in page sends on those who are signed in, and says nothing.
    const again = ctx.principal && page === '/login' ? { again: '1' } : {};
    return `${page}?${new URLSearchParams({ error: error.code, next: flow?.next ?? '/', ...again })}`;
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

async function signIn(ctx: AnyoneCtx, identity: Identity, flow: Flow): Promise<string> {
  const { again, invite, next } = flow;
  if (again) assertAuthenticatedAnew(identity, beginOf(flow));
  const started = await ctx.change((tx) =>
    invite === undefined
      ? startByIdentity(tx, ctx, identity)
      : acceptByIdentity(tx, ctx, { identity, code: invite }),
  );
  admit(ctx, started);
  return next;
}

async function begin(ctx: AnyoneCtx, begun: Begun): Promise<OidcStartedView> {
  const checks = newChecks();
  const redirectUri = new URL(callbackPath, ctx.runtime.config.url).href;
  const url = await issuerOf(ctx).begin(checks, redirectUri, begun.again);
  keepFlow(ctx, { ...checks, ...begun });
  return { url: url.href };
}

function issuerOf({ runtime }: AnyoneCtx): Issuer {
  if (!runtime.issuer) throw notFound('way to sign in');
  return runtime.issuer;
}
