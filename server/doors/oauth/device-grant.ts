import { z } from 'zod';
import { idSchema } from '#server/core/access/schema.ts';
import { redeemDeviceCode } from '#server/credentials/device-sign-in/redeem-device-code.ts';
import { admitAddress, emptyBody } from '#server/doors/http/admit.ts';
import type { Exchange } from '#server/doors/http/exchange.ts';
import { anonymousCtx } from '#server/doors/oauth/endpoint.ts';
import { OauthError } from '#server/doors/oauth/form.ts';

/** The one program that signs in like this: ours. */
export const deviceClient = z.literal('keyward-cli', {
  error: 'The one client that signs in here like this is keyward-cli.',
});

/** RFC 8628, section 3.4. */
export const deviceGrantForm = z.object({
  grant_type: z.literal('urn:ietf:params:oauth:grant-type:device_code'),
  client_id: deviceClient,
  device_code: z.string().meta({ example: '…' }),
});

export const deviceGrantView = z.object({
  access_token: z.string(),
  token_type: z.literal('Bearer'),
  expires_in: z.int().optional().meta({ description: 'Seconds; left out for a token that does not expire.' }),
  scope: z.string(),
  credential_id: idSchema,
  credential_name: z.string(),
});

const sayWhy = {
  authorization_pending: 'Nobody has answered yet. Go on asking.',
  slow_down: 'That was too soon. Wait five seconds longer between two polls from now on.',
  expired_token: 'Nobody answered in time. Begin again.',
  access_denied: 'This sign-in was turned down.',
  invalid_grant: 'There is no such device code: it was used, or gave way to others. Begin again.',
};

/** A machine asks whether it was let in. */
export async function grantDevice(
  exchange: Exchange,
  { device_code: code }: z.infer<typeof deviceGrantForm>,
): Promise<z.infer<typeof deviceGrantView>> {
  await admitAddress(exchange, emptyBody);
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
