import * as client from 'openid-client';
import type { Logger } from 'pino';
import { emailSchema } from '#server/account-schema.ts';
import type { OidcSettings } from '#server/config.ts';
import { AppError } from '#server/errors.ts';
import { createIssuerFaults } from '#server/people/sso/identify-fault.ts';
import { subjectSchema } from '#server/people/sso/schema.ts';

declare module '#server/core/access/context.ts' {
  interface Runtime {
    /** The OpenID Connect issuer; null where none is configured. */
    issuer: Issuer | null;
  }
}

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
  /** Null where none was sent, or none that can be kept. */
  email: string | null;
  /** Whether the issuer says that the address is theirs; null where it says nothing. */
  isVerified: boolean | null;
  name: string | null;
  /** When the person last proved to the issuer who they are; null where it does not say. */
  authenticatedAt: Date | null;
}

export interface Issuer {
  /** The URL that sends a browser to the issuer; `again`: to sign in anew there. Throws `oidc_unavailable`, `oidc_misconfigured`. */
  begin(checks: Checks, redirectUri: string, again: boolean): Promise<URL>;
  /** Who came back. Throws `oidc_denied`, `oidc_failed`, `oidc_unavailable`, `oidc_misconfigured`. */
  redeem(returned: URL, checks: Checks): Promise<Identity>;
}

export const newChecks = (): Checks => ({
  state: client.randomState(),
  nonce: client.randomNonce(),
  verifier: client.randomPKCECodeVerifier(),
});

/** Speaks to the configured issuer. Its configuration is fetched when it is first needed, and again after a failure. */
export function createIssuer(settings: OidcSettings, log: Logger): Issuer {
  const faults = createIssuerFaults(settings, log);
  let known: { at: number; configuration: Promise<client.Configuration> } | undefined;

  function discover(): Promise<client.Configuration> {
    if (known && performance.now() - known.at < trustedMs) return known.configuration;
    // Concurrent callers wait for the same answer, and get the same failure.
    const configuration = describeIssuer(settings).catch((cause: unknown) => {
      known = undefined;
      throw faults.ofDiscovery(cause);
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
        // With `max_age` the answer has to say when that was (OpenID Connect Core, 3.1.2.1).
        ...(again && { prompt: 'login', max_age: '0' }),
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
        throw faults.ofReturn(cause);
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
  if (!methods || methods.includes('client_secret_basic')) return checkingSignatures(found);
  const posting = new client.Configuration(
    found.serverMetadata(),
    clientId,
    secret,
    client.ClientSecretPost(secret),
  );
  posting.timeout = timeoutSeconds;
  if (issuer.protocol === 'http:') client.allowInsecureRequests(posting);
  return checkingSignatures(posting);
}

/** Also of ID tokens that come straight from the issuer: TLS alone would have to be trusted from end to end. */
function checkingSignatures(configuration: client.Configuration): client.Configuration {
  client.enableNonRepudiationChecks(configuration);
  return configuration;
}

/** From the ID token, and where that names no address from the issuer's page about the person. */
async function readIdentity(
  configuration: client.Configuration,
  tokens: Awaited<ReturnType<typeof client.authorizationCodeGrant>>,
): Promise<Identity> {
  const claims = tokens.claims();
  if (!claims) throw new AppError('oidc_failed', 'The issuer sent no identity. Start again.');
  const subject = subjectSchema.safeParse(claims.sub);
  if (!subject.success)
    throw new AppError(
      'oidc_failed',
      'The issuer’s identifier for you (sub) is empty, too long or unreadable. Ask an admin to fix it there.',
    );
  const asks = claims['email'] === undefined && configuration.serverMetadata().userinfo_endpoint;
  const about = asks ? await client.fetchUserInfo(configuration, tokens.access_token, claims.sub) : claims;
  return {
    issuer: claims.iss,
    subject: subject.data,
    email: emailSchema.safeParse(about['email']).data ?? null,
    isVerified: readVerified(about['email_verified']),
    name: typeof about['name'] === 'string' ? about['name'] : null,
    authenticatedAt: typeof claims.auth_time === 'number' ? new Date(claims.auth_time * 1_000) : null,
  };
}

/** Only a plain `true` counts, and only what was left out is unsaid. */
const readVerified = (said: unknown) => (said === undefined ? null : said === true);
