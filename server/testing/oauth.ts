import type { Answer, Caller } from '#server/testing/caller.ts';

export const exchangeGrant = 'urn:ietf:params:oauth:grant-type:token-exchange';
const accessToken = 'urn:ietf:params:oauth:token-type:access_token';

type Sender = Pick<Caller, 'send'>;

/** Sends a form, as OAuth has it. */
export function post(
  desk: Sender,
  path: string,
  form: Record<string, string>,
  who: { token?: string; cookie?: string; headers?: Record<string, string> } = {},
) {
  const headers = { 'Content-Type': 'application/x-www-form-urlencoded', ...who.headers };
  return desk.send(`POST ${path}`, { ...who, headers, text: new URLSearchParams(form).toString() });
}

/** Asks for a JWT in exchange for a token. */
export const exchange = (desk: Sender, token: string, more: Record<string, string> = {}) =>
  post(desk, '/oauth/token', {
    grant_type: exchangeGrant,
    subject_token: token,
    subject_token_type: accessToken,
    ...more,
  });

export const jwtOf = ({ body }: Answer) => body['access_token'] as unknown as string;
