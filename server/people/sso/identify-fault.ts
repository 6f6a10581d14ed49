import * as client from 'openid-client';
import type { Logger } from 'pino';
import type { OidcSettings } from '#server/config.ts';
import { AppError } from '#server/errors.ts';

/** What an operator needs to know of a fault, both values where two differ. */
type Facts = Record<string, string | number | null>;

interface Misconfiguration {
  says: string;
  facts: Facts;
}

const logEveryMs = 60_000;

export interface IssuerFaults {
  /** Why the issuer's description of itself could not be used. */
  ofDiscovery(cause: unknown): AppError;
  /** Why a round trip failed. */
  ofReturn(cause: unknown): AppError;
}

/** Tells what people can retry from what only an operator can fix, and logs the latter. */
export function createIssuerFaults(settings: OidcSettings, log: Logger): IssuerFaults {
  const { name, issuer } = settings;
  let loggedAt = -Infinity;

  function logNow(): boolean {
    if (performance.now() - loggedAt < logEveryMs) return false;
    loggedAt = performance.now();
    return true;
  }

  function misconfigured({ says, facts }: Misconfiguration, cause: unknown): AppError {
    if (logNow()) log.error({ issuer: issuer.href, ...facts }, `OpenID Connect: ${says}`);
    return new AppError(
      'oidc_misconfigured',
      `Signing in with ${name} is not configured correctly. Ask an admin to fix it: the server’s log says what is wrong.`,
      { cause },
    );
  }

  const unavailable = (cause: unknown) =>
    new AppError(
      'oidc_unavailable',
      `${name} does not answer. Try again in a while, or sign in another way.`,
      {
        cause,
      },
    );

  return {
    ofDiscovery: (cause) => (isAway(cause) ? unavailable(cause) : misconfigured(readDiscovery(cause), cause)),
    ofReturn(cause) {
      if (cause instanceof AppError) return cause;
      if (isAway(cause)) return unavailable(cause);
      if (isDenial(cause)) return new AppError('oidc_denied', `${name} did not sign you in.`, { cause });
      const wrong = readReturn(cause);
      if (wrong) return misconfigured(wrong, cause);
      if (logNow()) log.warn({ fault: codeOf(cause) }, 'OpenID Connect: an answer of the issuer was refused');
      return new AppError('oidc_failed', 'Signing in was interrupted or took too long. Start again.', {
        cause,
      });
    },
  };
}

const codeOf = (cause: unknown) => (cause as { code?: string } | null)?.code ?? null;
const responseOf = (cause: unknown): Response | undefined => {
  const inner = (cause as Error | null)?.cause;
  return inner instanceof Response ? inner : undefined;
};

/** `fetch` says "TypeError", our time limit "TimeoutError". */
function isAway(cause: unknown): boolean {
  const { name, cause: inner } = cause as Error;
  if (cause instanceof client.AuthorizationResponseError)
    return ['server_error', 'temporarily_unavailable'].includes(cause.error);
  if ((responseOf(cause)?.status ?? 0) >= 500) return true;
  const names = [name, (inner as Error | undefined)?.name];
  return (
    names.some((kind) => kind === 'TypeError' || kind === 'TimeoutError') &&
    !(inner instanceof client.ClientError)
  );
}

/** What the person, or what they may do there, brought about. */
function isDenial(cause: unknown): boolean {
  return (
    cause instanceof client.AuthorizationResponseError &&
    (cause.error === 'access_denied' || cause.error.endsWith('_required'))
  );
}

function readDiscovery(cause: unknown): Misconfiguration {
  const response = responseOf(cause);
  const announced = (cause as { cause?: { body?: { issuer?: unknown } } }).cause?.body?.issuer;
  if (typeof announced === 'string')
    return {
      says: 'the issuer has another name than the one configured. Set KEYWARD_OIDC_ISSUER to the announced one, if it is yours.',
      facts: { announced },
    };
  if (response)
    return {
      says: 'no OpenID Connect configuration was found at the issuer. Set KEYWARD_OIDC_ISSUER to the address below which it answers /.well-known/openid-configuration with JSON, without a redirect.',
      facts: {
        status: response.status,
        contentType: response.headers.get('content-type'),
        location: response.headers.get('location'),
      },
    };
  return {
    says: 'the configuration that the issuer announces cannot be used. Check KEYWARD_OIDC_ISSUER.',
    facts: { fault: codeOf(cause) },
  };
}

function readReturn(cause: unknown): Misconfiguration | undefined {
  const said =
    cause instanceof client.AuthorizationResponseError || cause instanceof client.ResponseBodyError;
  if (said && cause.error === 'invalid_grant') return undefined;
  if (said || cause instanceof client.WWWAuthenticateChallengeError)
    return {
      says: 'the issuer refused this client. Check KEYWARD_OIDC_CLIENT_ID, KEYWARD_OIDC_CLIENT_SECRET and the redirect URI and scopes registered there.',
      facts: { refusal: said ? cause.error : 'unauthorized' },
    };
  if (codeOf(cause) === 'OAUTH_UNSUPPORTED_OPERATION' || codeOf(cause) === 'OAUTH_RESPONSE_IS_NOT_JSON')
    return {
      says: 'the issuer answered in a form that Keyward does not take. ID tokens must be signed with a key pair (RS256, ES256, EdDSA).',
      facts: { fault: codeOf(cause) },
    };
  return undefined;
}
