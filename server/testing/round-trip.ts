import assert from 'node:assert/strict';
import { cookieOf, type Answer, type Caller } from '#server/testing/caller.ts';
import type { TestIssuer } from '#server/testing/issuer.ts';
import type { Person } from '#server/testing/person.ts';

interface Flow {
  url: string;
  cookie: string;
}

/** Where a browser is sent to. */
export const urlOf = ({ body }: Answer) => body['url'] as unknown as string;

export async function begin(desk: Caller, body: object = {}): Promise<Flow> {
  const answer = await desk.send('POST /api/v1/auth/oidc', { body });
  assert.equal(answer.status, 200, answer.text);
  return { url: urlOf(answer), cookie: cookieOf(answer) };
}

/** What the issuer's redirect makes a browser ask for. */
export const comeBack = (desk: Caller, url: URL, cookie: string): Promise<Answer> =>
  desk.send(`GET ${url.pathname}${url.search}`, { cookie });

/** Signs in there, as whoever the issuer says, and comes back. */
export async function roundTrip(desk: Caller, issuer: TestIssuer, body: object = {}): Promise<Answer> {
  const { url, cookie } = await begin(desk, body);
  return comeBack(desk, await issuer.visit(url), cookie);
}

/** The cookie of the session that an answer began. */
export const sessionOf = (answer: Answer) =>
  answer.headers
    .getSetCookie()
    .find((line) => line.startsWith('keyward_session_'))
    ?.split(';')[0];

/** Where a refused round trip leads, and that it left no session. */
export function errorOf(answer: Answer): string | null {
  assert.equal(answer.status, 302, answer.text);
  assert.equal(sessionOf(answer), undefined);
  const location = new URL(answer.headers.get('location') ?? '', 'http://x');
  assert.equal(location.pathname, '/login');
  return location.searchParams.get('error');
}

/** Links who somebody is at the issuer to their account; returns where that leads. */
export async function link(desk: Caller, issuer: TestIssuer, person: Person): Promise<string | null> {
  const started = await person.send('POST /api/v1/account/identities', { body: {} });
  const back = await issuer.visit(urlOf(started));
  const linked = await comeBack(desk, back, `${cookieOf(started)}; ${person.cookie}`);
  return linked.headers.get('location');
}
