import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { decodeJwt, exportJWK, generateKeyPair, SignJWT, type CryptoKey } from 'jose';
import Provider, { type JWKS } from 'oidc-provider';

export interface TestPerson {
  sub: string;
  email?: string;
  email_verified?: boolean;
  name?: string;
}

/** A real OpenID Connect issuer, which signs in whomever the test names without asking. */
export interface TestIssuer extends AsyncDisposable {
  /** What a server needs to send people here. */
  settings: Record<string, string>;
  person: TestPerson;
  /** What ID tokens say instead, and whether by a key that is not the issuer's. */
  forges: { claims?: Record<string, unknown>; withForeignKey?: boolean } | null;
  /** Goes where a server sends a browser, as one would, and returns the address that leads back. */
  visit(url: string): Promise<URL>;
}

const client = { client_id: 'keyward', client_secret: 'a secret of the test issuer, long enough' };
const scope = 'openid email profile';

export async function openIssuer(): Promise<TestIssuer> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const [own, foreign] = await Promise.all([newKey(), newKey()]);
  const provider = createProvider(origin, own.jwks, () => issuer.person);
  const callback = provider.callback();
  server.on('request', (req, res) => {
    if (req.url === '/token' && issuer.forges) {
      const { claims = {}, withForeignKey } = issuer.forges;
      forge(res, claims, (withForeignKey ? foreign : own).privateKey);
    }
    if (!req.url?.startsWith('/interaction/')) return void callback(req, res);
    void signIn(provider, req, res, issuer.person.sub);
  });
  const issuer: TestIssuer = {
    settings: {
      KEYWARD_OIDC_ISSUER: origin,
      KEYWARD_OIDC_CLIENT_ID: client.client_id,
      KEYWARD_OIDC_CLIENT_SECRET: client.client_secret,
      KEYWARD_OIDC_NAME: 'Test issuer',
    },
    person: { sub: 'ada-at-issuer', email: 'ada@example.com', email_verified: true, name: 'Ada' },
    forges: null,
    visit: (url) => followFrom(new URL(url), origin),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return issuer;
}

const kid = 'test';

async function newKey(): Promise<{ privateKey: CryptoKey; jwks: JWKS }> {
  const { privateKey } = await generateKeyPair('RS256', { extractable: true });
  const jwk = { ...(await exportJWK(privateKey)), kid, use: 'sig', alg: 'RS256' };
  return { privateKey, jwks: { keys: [jwk] as JWKS['keys'] } };
}

/** Puts another ID token in the place of the one that is about to be sent. */
function forge(res: ServerResponse, claims: Record<string, unknown>, key: CryptoKey): void {
  const end = res.end.bind(res) as (body: string) => ServerResponse;
  res.end = ((body: string | Buffer) => {
    void resign(String(body), claims, key).then((forged) => {
      res.setHeader('Content-Length', Buffer.byteLength(forged));
      end(forged);
    });
    return res;
  }) as typeof res.end;
}

async function resign(body: string, claims: Record<string, unknown>, key: CryptoKey): Promise<string> {
  const answer = JSON.parse(body) as { id_token?: string };
  if (!answer.id_token) return body;
  const payload = { ...decodeJwt(answer.id_token), ...claims };
  return JSON.stringify({
    ...answer,
    id_token: await new SignJWT(payload).setProtectedHeader({ alg: 'RS256', kid }).sign(key),
  });
}

function createProvider(origin: string, jwks: JWKS, person: () => TestPerson): Provider {
  const provider = new Provider(origin, {
    jwks,
    clients: [{ ...client, redirect_uris: ['http://localhost/callback'] }],
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'] },
    conformIdTokenClaims: false,
    cookies: { keys: ['test'] },
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_, { uid }) => `/interaction/${uid}` },
    pkce: { required: () => true },
    findAccount: (_, id) => ({ accountId: id, claims: async () => ({ ...person(), sub: id }) }),
    async loadExistingGrant({ oidc }) {
      const grant = new provider.Grant({
        clientId: client.client_id,
        ...(oidc.session?.accountId && { accountId: oidc.session.accountId }),
      });
      grant.addOIDCScope(scope);
      await grant.save();
      return grant;
    },
  });
  // The port of the server under test is not known beforehand.
  provider.Client.prototype.redirectUriAllowed = () => true;
  return provider;
}

async function signIn(provider: Provider, req: IncomingMessage, res: ServerResponse, accountId: string) {
  await provider.interactionFinished(req, res, { login: { accountId } });
}

async function followFrom(start: URL, origin: string): Promise<URL> {
  const jar = new Map<string, string>();
  for (let url = start; ;) {
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
    const response = await fetch(url, { redirect: 'manual', headers: { cookie } });
    for (const line of response.headers.getSetCookie()) {
      const [name = '', value = ''] = line.split(';')[0]?.split('=', 2) ?? [];
      jar.set(name, value);
    }
    const location = response.headers.get('location');
    if (!location) throw new Error(`the issuer led nowhere: ${response.status} ${await response.text()}`);
    url = new URL(location, url);
    if (url.origin !== origin) return url;
  }
}
