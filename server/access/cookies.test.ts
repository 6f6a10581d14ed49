import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cookieHeader, cookieName, readCookie } from '#server/access/cookies.ts';
import { parseConfig } from '#server/config.ts';

const overHttps = parseConfig({ KEYWARD_URL: 'https://keyward.example' });
const local = parseConfig({});

test('over HTTPS a cookie is bound to its host and sent nowhere else; on this machine it is not', () => {
  assert.equal(cookieName(overHttps, 'keyward_session'), '__Host-keyward_session');
  assert.equal(cookieName(local, 'keyward_session'), 'keyward_session');
  const cookie = { name: 'keyward_session', value: 'abc', seconds: 60 };
  assert.equal(
    cookieHeader(overHttps, cookie),
    '__Host-keyward_session=abc; HttpOnly; Max-Age=60; Path=/; SameSite=Lax; Secure',
  );
  assert.equal(
    cookieHeader(local, cookie),
    'keyward_session=abc; HttpOnly; Max-Age=60; Path=/; SameSite=Lax',
  );
});

const sent: [what: string, header: string, value: string | undefined][] = [
  ['alone', 'a=1', '1'],
  ['among others', 'x=0; a=1;b=2', '1'],
  ['not there', 'b=1', undefined],
  ['no cookies', '', undefined],
  ['one whose name ends alike', 'xa=1', undefined],
  ['one whose name begins alike', 'ab=1', undefined],
  ['an empty one', 'a=', undefined],
  ['what none of ours holds', 'a="1"', undefined],
  ['what begins like ours', 'a=1 2', undefined],
  ['what ends like ours', 'a=é1', undefined],
  ['the first of two', 'a=1; a=2', '1'],
  ['one with all that ours hold', 'a=eyJ_-.x09', 'eyJ_-.x09'],
];
for (const [what, header, value] of sent) {
  test(`a cookie is read: ${what}`, () => assert.equal(readCookie(header, 'a'), value));
}
