import { createCtx, noReply, type AnyoneCtx } from '#server/core/access/context.ts';
import { redeemDeviceCode } from '#server/credentials/device-sign-in/redeem-device-code.ts';
import { deviceAsk, deviceLimits } from '#server/credentials/device-sign-in/schema.ts';
import { startDeviceSignIn } from '#server/credentials/device-sign-in/start.ts';
import { admitAddress, noBody } from '#server/doors/http/admit.ts';
import { baseUrl } from '#server/doors/http/base-url.ts';
import { bodyLimits, readForm } from '#server/doors/http/body.ts';
import type { Exchange } from '#server/doors/http/exchange.ts';
import { need, OauthError, type Form } from '#server/doors/oauth/oauth-error.ts';

export const deviceGrant = 'urn:ietf:params:oauth:grant-type:device_code';
/** The one program that signs in like this: ours. */
const clientId = 'keyward-cli';

const sayWhy = {
  authorization_pending: 'Nobody has answered yet. Go on asking.',
  slow_down: 'That was too soon. Wait five seconds longer between two polls from now on.',
  expired_token: 'Nobody answered in time. Begin again.',
  access_denied: 'This sign-in was turned down.',
  invalid_grant: 'There is no such device code: it was used, or gave way to others. Begin again.',
};

/** A machine wants to be let in (RFC 8628, section 3.1). */
export async function answerDeviceAuthorization(exchange: Exchange): Promise<object> {
  const form = await admitAddress(exchange, () => readForm(exchange, bodyLimits.stranger));
  const ctx = anonymousCtx(exchange);
  assertClient(form);
  const { deviceCode, userCode } = await startDeviceSignIn(ctx, readAsk(form));
  const page = `${baseUrl(exchange.req, exchange.runtime.config)}/device`;
  return {
    device_code: deviceCode.reveal(),
    user_code: userCode,
    verification_uri: page,
    // Behind the hash, where no log sees it.
    verification_uri_complete: `${page}#${userCode}`,
    expires_in: deviceLimits.lifeMinutes * 60,
    interval: deviceLimits.intervalSeconds,
  };
}

/** It asks whether it was (section 3.4). */
export async function answerDeviceGrant(exchange: Exchange, form: Form): Promise<object> {
  assertClient(form);
  const code = need(form, 'device_code');
  await admitAddress(exchange, noBody);
  const ctx = anonymousCtx(exchange);
  const redeemed = await redeemDeviceCode(ctx, code);
  if (typeof redeemed === 'string') throw new OauthError(redeemed, sayWhy[redeemed]);
  const { token, credential } = redeemed;
  const { id, name, permissions, expiresAt } = credential;
  return {
    access_token: token,
    token_type: 'Bearer',
    ...(expiresAt && { expires_in: secondsUntil(expiresAt, ctx.now()) }),
    scope: permissions.join(' '),
    credential_id: id,
    credential_name: name,
  };
}

const secondsUntil = (time: string, now: Date) => Math.floor((Date.parse(time) - now.getTime()) / 1_000);

function assertClient(form: Form): void {
  if (need(form, 'client_id') !== clientId)
    throw new OauthError('invalid_client', `The one client that signs in here like this is ${clientId}.`);
}

function readAsk(form: Form) {
  const given = [...form].filter(([, value]) => value !== '');
  const parsed = deviceAsk.safeParse(Object.fromEntries(given));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const field = String(issue?.path[0]);
  if (field === 'scope')
    throw new OauthError('invalid_scope', 'scope: permissions, with spaces between them.');
  throw new OauthError('invalid_request', `${field}: ${issue?.message}`);
}

/** Whoever asks is nobody, and counted by address. */
function anonymousCtx({ runtime, facts }: Exchange): AnyoneCtx {
  return createCtx(runtime, { request: facts, principal: null, reply: noReply });
}
