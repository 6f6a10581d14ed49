import type { Api } from './api.ts';
import { CliError } from './errors.ts';
import type { Answer } from './request.ts';

/** What is asked for, besides being let in. */
export interface DeviceAuthorization {
  host: string;
  tokenName?: string | undefined;
  /** `30`, `90`, `365`, `never`. */
  tokenDays?: string | undefined;
  permissions?: string[] | undefined;
}

export interface DeviceCode {
  device_code: string;
  user_code: string;
  verification_uri: string;
  verification_uri_complete?: string;
  expires_in: number;
  /** Seconds; 5 where the server says nothing (RFC 8628, section 3.2). */
  interval?: number;
}

export interface GrantedToken {
  access_token: string;
  credential_id?: string;
  credential_name?: string;
  /** Seconds; nothing where it never ends. */
  expires_in?: number;
  scope?: string;
}

export type PollAnswer =
  | { kind: 'granted'; token: GrantedToken }
  | { kind: 'error'; error: string; description?: string | undefined }
  /** Nothing came back. */
  | { kind: 'silence'; fault: CliError };

const clientId = 'keyward-cli';
const grantType = 'urn:ietf:params:oauth:grant-type:device_code';
const slowerBySeconds = 5;

/** Asks for a code to be confirmed in a browser. */
export async function requestDeviceCode(api: Api, request: DeviceAuthorization): Promise<DeviceCode> {
  const form = {
    client_id: clientId,
    host: request.host,
    token_name: request.tokenName,
    token_days: request.tokenDays,
    scope: request.permissions?.join(' '),
  };
  const response = await api.ask('POST /oauth/device_authorization', { form });
  const body = parse(await response.text()) as Partial<DeviceCode> & OAuthError;
  if (response.isOk && body.device_code && body.user_code && body.verification_uri) return body as DeviceCode;
  throw refusal(body, response, api.server);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}

interface OAuthError {
  error?: string;
  error_description?: string;
  /** Of a problem document. */
  detail?: string;
  code?: string;
}

function refusal(body: OAuthError, { status, header }: Answer, server: string): CliError {
  const said = status === 404 ? undefined : (body.error_description ?? body.detail);
  const requestId = header('x-request-id');
  if (said !== undefined) return new CliError('refused', said, { code: body.error ?? body.code, requestId });
  if (body.error !== undefined)
    return new CliError('refused', `The server refuses: ${body.error}.`, { requestId });
  return new CliError(
    'unreachable',
    `${server} offers no sign-in from the command line (status ${status}).`,
    {
      hint: 'Is it a Keyward server, and new enough? Otherwise: keyward auth login --password',
      requestId,
    },
  );
}

/** Asks once whether the code was confirmed. */
export async function pollOnce(api: Api, deviceCode: string): Promise<PollAnswer> {
  const form = { grant_type: grantType, client_id: clientId, device_code: deviceCode };
  try {
    const response = await api.ask('POST /oauth/token', { form });
    const body = parse(await response.text()) as Partial<GrantedToken> & OAuthError;
    if (response.isOk && body.access_token) return { kind: 'granted', token: body as GrantedToken };
    if (response.status >= 500) return { kind: 'silence', fault: refusal(body, response, api.server) };
    if (body.error) return { kind: 'error', error: body.error, description: body.error_description };
    throw refusal(body, response, api.server);
  } catch (error) {
    if (error instanceof CliError && error.outcome === 'unreachable')
      return { kind: 'silence', fault: error };
    throw error;
  }
}

interface Waiting {
  code: Pick<DeviceCode, 'expires_in' | 'interval'>;
  poll: () => Promise<PollAnswer>;
  sleep: (seconds: number) => Promise<void>;
}

/**
 * Waits until the code was confirmed, as RFC 8628 section 3.5 has it: never asks sooner than the interval, 5 s later each time
 * for `slow_down`, twice as late after silence, and not beyond the code's end. Throws where it was refused or ran out.
 */
export async function waitForToken({ code, poll, sleep }: Waiting): Promise<GrantedToken> {
  let interval = secondsOf(code.interval, { usual: 5, most: 60 });
  let pause = interval;
  let left = secondsOf(code.expires_in, { usual: 600, most: 3_600 });
  for (;;) {
    if (pause > left) throw expired();
    await sleep(pause);
    left -= pause;
    const answer = await poll();
    if (answer.kind === 'granted') return answer.token;
    if (answer.kind === 'silence') {
      pause *= 2;
      if (pause > left) throw answer.fault;
      continue;
    }
    if (answer.error === 'slow_down') interval += slowerBySeconds;
    else if (answer.error !== 'authorization_pending') throw ended(answer);
    pause = interval;
  }
}

/** Whatever the server says: a number, not so small that it is asked without end, nor so large that a timer takes it for none. */
function secondsOf(said: unknown, { usual, most }: { usual: number; most: number }): number {
  return typeof said === 'number' && said >= 1 ? Math.min(said, most) : usual;
}

function ended({ error, description }: { error: string; description?: string | undefined }): CliError {
  if (error === 'expired_token') return expired();
  if (error === 'access_denied')
    return new CliError('refused', 'It was refused in the browser. Nothing was made.', { code: error });
  return new CliError('refused', description ?? `The server refuses: ${error}.`, { code: error });
}

function expired(): CliError {
  return new CliError('refused', 'The code ran out before it was confirmed.', {
    code: 'expired_token',
    hint: 'Run this again and confirm the new code within ten minutes.',
  });
}
