import { z } from 'zod';
import { deviceAsk, deviceLimits } from '#server/credentials/device-sign-in/schema.ts';
import { startDeviceSignIn } from '#server/credentials/device-sign-in/start.ts';
import { admitAddress } from '#server/doors/http/admit.ts';
import { baseUrl } from '#server/doors/http/base-url.ts';
import { bodyLimits } from '#server/doors/http/body.ts';
import { deviceClient } from '#server/doors/oauth/device-grant.ts';
import { anonymousCtx, type OauthEndpoint } from '#server/doors/oauth/endpoint.ts';
import { parseForm, readOauthForm } from '#server/doors/oauth/form.ts';

const deviceAuthorizationForm = deviceAsk.extend({ client_id: deviceClient });

/** RFC 8628, section 3.2. */
const deviceAuthorizationView = z.object({
  device_code: z.string(),
  user_code: z.string(),
  verification_uri: z.string(),
  verification_uri_complete: z.string(),
  expires_in: z.int().meta({ description: 'Seconds.' }),
  interval: z.int().meta({ description: 'Seconds between two polls.' }),
});

/** A machine wants to be let in (RFC 8628, section 3.1). */
export const deviceAuthorization: OauthEndpoint = {
  operation: {
    path: '/oauth/device_authorization',
    method: 'post',
    name: 'device.start',
    access: 'anyone',
    summary: 'Ask a person to let a machine in (RFC 8628)',
    description:
      'For the command line. A person who is signed in types the user code at `verification_uri` and sees who asks, from where and for what. Meanwhile the machine asks `/oauth/token` every five seconds, with `grant_type` `urn:ietf:params:oauth:grant-type:device_code`, its `client_id` and its `device_code`: the answer is `authorization_pending`, `slow_down` (five seconds longer from then on), `access_denied`, `expired_token` or, once, the token, with its `credential_id`.',
    input: deviceAuthorizationForm,
    answer: {
      description: 'The codes.',
      body: deviceAuthorizationView,
      example: {
        device_code: '…',
        user_code: 'WDJB-MJHT',
        verification_uri: 'https://keyward.example.com/device',
        verification_uri_complete: 'https://keyward.example.com/device#WDJB-MJHT',
        expires_in: 600,
        interval: 5,
      },
    },
    errors: ['bad_request'],
  },
  async answer(exchange): Promise<z.infer<typeof deviceAuthorizationView>> {
    const form = await admitAddress(exchange, () => readOauthForm(exchange, bodyLimits.stranger));
    const ask = parseForm(form, deviceAuthorizationForm);
    const { deviceCode, userCode } = await startDeviceSignIn(anonymousCtx(exchange), ask);
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
  },
};
