import assert from 'node:assert/strict';
import { test } from 'node:test';
import { resolveAccess, type Environment, type Globals } from './access.ts';
import type { Config } from './config.ts';
import { parseServer, assertPrivateWay } from './server-address.ts';

const config: Config = {
  current: 'work',
  profiles: {
    work: { server: 'https://work.example', token: 'work-token' },
    home: { server: 'https://home.example', token: 'home-token' },
    empty: { server: 'https://empty.example' },
  },
};
const resolve = (globals: Globals = {}, env: Environment = {}) => resolveAccess(globals, env, config);

test('an option goes before the environment, and the environment before the profile', () => {
  assert.equal(resolve().server, 'https://work.example');
  assert.equal(resolve({}, { KEYWARD_SERVER: 'https://env.example' }).server, 'https://env.example');
  assert.equal(
    resolve({ server: 'flag.example' }, { KEYWARD_SERVER: 'https://env.example' }).server,
    'https://flag.example',
  );
  assert.equal(resolve().token, 'work-token');
  assert.equal(resolve({}, { KEYWARD_TOKEN: ' env-token\n' }).token, 'env-token');
  assert.equal(resolve({}, { KEYWARD_TOKEN: '' }).token, 'work-token');
  assert.equal(resolve({}, { KEYWARD_PROFILE: 'home' }).token, 'home-token');
  assert.equal(resolve({ profile: 'empty' }, { KEYWARD_PROFILE: 'home' }).token, undefined);
});

test('a profile’s token is for its own server, whatever other server is named', () => {
  for (const server of [
    'https://evil.example',
    'http://work.example',
    'https://work.example:8443',
    'https://work.example/other',
  ])
    assert.equal(resolve({ server }).token, undefined, server);
  assert.equal(resolve({ server: 'https://evil.example', profile: 'work' }).token, undefined);
  assert.equal(resolve({}, { KEYWARD_SERVER: 'https://evil.example' }).token, undefined);
});

test('with a server named, the profile of that server counts', () => {
  assert.equal(resolve({ server: 'HTTPS://Home.Example:443/' }).token, 'home-token');
  assert.equal(resolve({ server: 'https://home.example' }).profileName, 'home');
});

test('what no header can carry is no token, and is not quoted', () => {
  assert.throws(
    () => resolve({}, { KEYWARD_TOKEN: 'se\ncret' }),
    (error: Error) => !error.message.includes('cret'),
  );
});

test('a file that gives no token is named, and why', () => {
  assert.throws(() => resolve({ tokenFile: '/nowhere/token' }), {
    message: '--token-file: /nowhere/token cannot be read: there is no such file.',
  });
  assert.throws(() => resolve({ tokenFile: '/' }), { message: /it is a folder/ });
});

test('an address is kept in one spelling', () => {
  const cases = [
    ['keyward.example.com', 'https://keyward.example.com'],
    ['localhost:4000', 'http://localhost:4000'],
    ['127.0.0.1:4000/', 'http://127.0.0.1:4000'],
    ['[::1]:4000', 'http://[::1]:4000'],
    [' https://Example.com:443/desk// ', 'https://example.com/desk'],
  ] as const;
  for (const [text, server] of cases) assert.equal(parseServer(text), server);
});

test('what is no address of a server is refused', () => {
  for (const text of [
    '',
    'ftp://x',
    'https://ada:secret@x.example',
    'https://x.example?a',
    'https://x#y',
    'a b',
    'javascript:alert(1)',
  ])
    assert.throws(() => parseServer(text), { outcome: 'usage' }, text);
});

test('plain http leads to this machine only, unless somebody consents', () => {
  for (const server of ['https://x.example', 'http://localhost:1', 'http://127.0.0.1', 'http://[::1]:4000'])
    assertPrivateWay(server, false);
  for (const server of ['http://x.example', 'http://127.0.0.1.evil.example', 'http://10.0.0.1'])
    assert.throws(() => assertPrivateWay(server, false), { outcome: 'usage' }, server);
  assertPrivateWay('http://x.example', true);
});
