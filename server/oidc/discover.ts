import * as client from 'openid-client';
import type { OidcSettings } from '#server/config.ts';
import { AppError } from '#server/errors.ts';

const timeoutSeconds = 5;
const trustedMs = 60 * 60_000;

/** What binds an answer of the issuer to the browser that asked. */
export interface Checks {
  state: string;
  nonce: string;
  verifier: string;
}

export interface Identity {
  issuer: string;
  subject: string;
  email: string | null;
  /** Only a plain `true` counts. */
  isVerified: boolean;
  name: string | null;
}

export interface Issuer {
  /** The address that sends a browser to the issuer. Throws `oidc_unavailable`. */
  begin(checks: Checks, redirectUri: string, again: boolean): Promise<URL>;
  /** Who came back. Throws `oidc_denied`, `oidc_failed`, `oidc_unavailable`. */
  redeem(returned: URL, checks: Checks): Promise<Identity>;
}

export const newChecks = (): Checks => ({
  state: client.randomState(),
  nonce: client.randomNonce(),
  verifier: client.randomPKCECodeVerifier(),
});

/** Speaks to the configured issuer. It is asked about itself when it is first needed, and again after a failure. */
export function createIssuer(settings: OidcSettings): Issuer {
  let known: { at: number; configuration: Promise<client.Configuration> } | undefined;

  function discover(): Promise<client.Configuration> {
    if (known && performance.now() - known.at < trustedMs) return known.configuration;
    // Whoever asks meanwhile waits for the same, and has to be told the same where it fails.
    const configuration = describeIssuer(settings).catch((cause: unknown) => {
      known = undefined;
      throw unavailable(settings, cause);
    });
    known = { at: performance.now(), configuration };
    return configuration;
  }

  return {
    async begin({ state, nonce, verifier }, redirectUri, again) {
      return client.buildAuthorizationUrl(await discover(), {
        redirect_uri: redirectUri,
        scope: 'openid email profile',
        response_type: 'code',
        code_challenge: await client.calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
        state,
        nonce,
        ...(again && { prompt: 'login' }),
      });
    },
    async redeem(returned, { state, nonce, verifier }) {
      const configuration = await discover();
      try {
        const tokens = await client.authorizationCodeGrant(configuration, returned, {
          expectedState: state,
          expectedNonce: nonce,
          pkceCodeVerifier: verifier,
          idTokenExpected: true,
        });
        return await readIdentity(configuration, tokens);
      } catch (cause) {
        throw refusal(settings, cause);
      }
    },
  };
}

async function describeIssuer({ issuer, clientId, clientSecret }: OidcSettings) {
  const secret = clientSecret.reveal();
  const found = await client.discovery(issuer, clientId, secret, client.ClientSecretBasic(secret), {
    timeout: timeoutSeconds,
    ...(issuer.protocol === 'http:' && { execute: [client.allowInsecureRequests] }),
  });
  const methods = found.serverMetadata().token_endpoint_auth_methods_supported;
  if (!methods || methods.includes('client_secret_basic')) return found;
  const posting = new client.Configuration(
    found.serverMetadata(),
    clientId,
    secret,
    client.ClientSecretPost(secret),
  );
  posting.timeout = timeoutSeconds;
  return posting;
}

/** From the ID token, and where that names no address from the issuer's page about the person. */
async function readIdentity(
  configuration: client.Configuration,
  tokens: Awaited<ReturnType<typeof client.authorizationCodeGrant>>,
): Promise<Identity> {
  const claims = tokens.claims();
  if (!claims) throw new AppError('oidc_failed', 'The issuer sent no identity. Start again.');
  const asks = claims['email'] === undefined && configuration.serverMetadata().userinfo_endpoint;
  const about = asks ? await client.fetchUserInfo(configuration, tokens.access_token, claims.sub) : claims;
  return {
    issuer: claims.iss,
    subject: claims.sub,
    email: typeof about['email'] === 'string' ? about['email'] : null,
    isVerified: about['email_verified'] === true,
    name: typeof about['name'] === 'string' ? about['name'] : null,
  };
}

/** `fetch` says "TypeError", our time limit "TimeoutError"; what the library finds wrong has a code of its own. */
function refusal(settings: OidcSettings, cause: unknown): AppError {
  if (cause instanceof AppError) return cause;
  if (cause instanceof client.AuthorizationResponseError)
    return new AppError('oidc_denied', `${settings.name} did not let you sign in.`, { cause });
  const { name, cause: inner } = cause as Error;
  const isAway = [name, (inner as Error | undefined)?.name].some((kind) =>
    ['TypeError', 'TimeoutError'].includes(kind ?? ''),
  );
  if (isAway && !(inner instanceof client.ClientError)) return unavailable(settings, cause);
  return new AppError('oidc_failed', 'Signing in was broken off, or is too long ago. Start again.', {
    cause,
  });
}

function unavailable({ name }: OidcSettings, cause: unknown): AppError {
  return new AppError(
    'oidc_unavailable',
    `${name} does not answer. Try again in a while, or sign in another way.`,
    { cause },
  );
}
