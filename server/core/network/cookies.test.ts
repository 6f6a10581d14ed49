import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseConfig } from '#server/config.ts';
import { createCookies, readCookie } from '#server/core/network/cookies.ts';

const overHttps = createCookies(parseConfig({ KEYWARD_URL: 'https://keyward.example' }), '1a2b');
const local = createCookies(parseConfig({}), '1a2b');
const neighbour = createCookies(parseConfig({}), '3c4d');

test('over HTTPS a cookie is bound to its host and sent nowhere else; on this machine it is not', () => {
  const cookie = { name: 'keyward_session', value: 'abc', seconds: 60 };
  assert.equal(
    overHttps.header(cookie),
    '__Host-keyward_session_1a2b=abc; HttpOnly; Max-Age=60; Path=/; SameSite=Lax; Secure',
  );
  assert.equal(local.header(cookie), 'keyward_session_1a2b=abc; HttpOnly; Max-Age=60; Path=/; SameSite=Lax');
});

test('a cookie of another installation on the same host is none of ours', () => {
  const header = `${local.nameOf('a')}=1; ${neighbour.nameOf('a')}=2`;
  assert.equal(local.read(header, 'a'), '1');
  assert.equal(neighbour.read(header, 'a'), '2');
  assert.equal(neighbour.read(`${local.nameOf('a')}=1`, 'a'), undefined);
  assert.deepEqual(local.list(`${header}; ${local.nameOf('ab')}=; b_1a2b=3`, 'a'), ['a', 'ab']);
});

test('a cookie from before names told installations apart is still read, after one of our own name', () => {
  assert.equal(local.read('a=0', 'a'), '0');
  assert.equal(local.read('a=0; a_1a2b=1', 'a'), '1');
  assert.equal(overHttps.read('__Host-a=0', 'a'), '0');
  assert.equal(overHttps.read('a=0', 'a'), undefined, 'one that a neighbouring site may have planted');
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
