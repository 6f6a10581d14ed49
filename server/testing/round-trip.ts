import assert from 'node:assert/strict';
import { cookieOf, type Answer } from '#server/testing/caller.ts';
import type { Desk } from '#server/testing/desk.ts';
import type { TestIssuer } from '#server/testing/issuer.ts';

interface Flow {
  url: string;
  cookie: string;
}

/** Where a browser is sent to. */
export const urlOf = ({ body }: Answer) => body['url'] as unknown as string;

export async function begin(desk: Desk, body: object = {}): Promise<Flow> {
  const answer = await desk.send('POST /api/v1/auth/oidc', { body });
  assert.equal(answer.status, 200, answer.text);
  return { url: urlOf(answer), cookie: cookieOf(answer) };
}

/** What the issuer's redirect makes a browser ask for. */
export const comeBack = (desk: Desk, url: URL, cookie: string): Promise<Answer> =>
  desk.send(`GET ${url.pathname}${url.search}`, { cookie });

/** Signs in there, as whoever the issuer says, and comes back. */
export async function roundTrip(desk: Desk, issuer: TestIssuer, body: object = {}): Promise<Answer> {
  const { url, cookie } = await begin(desk, body);
  return comeBack(desk, await issuer.visit(url), cookie);
}

/** The cookie of the session that an answer began. */
export const sessionOf = (answer: Answer) =>
  answer.headers
    .getSetCookie()
    .find((line) => line.startsWith('keyward_session='))
    ?.split(';')[0];
