import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rolePermissions } from '#server/core/access/permissions.ts';
import type { KeyPrincipal, TenantId, UserPrincipal } from '#server/core/access/principal.ts';
import { deviceOf } from '#server/core/network/device-of.ts';
import { whoAmI } from '#server/people/sign-in/rules.ts';

const devices: [string | null, string][] = [
  ['Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0', 'Firefox on Linux'],
  [
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0 Safari/537.36',
    'Chrome on Windows',
  ],
  [
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0 Safari/537.36 Edg/141.0',
    'Edge on Windows',
  ],
  [
    'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Safari/605.1.15',
    'Safari on macOS',
  ],
  [
    'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/141.0 Mobile/15E148 Safari/604.1',
    'Chrome on iPhone',
  ],
  [
    'Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0 Mobile Safari/537.36',
    'Chrome on Android',
  ],
  ['Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/141.0 Safari/537.36 OPR/125.0', 'Opera on Windows'],
  ['Mozilla/5.0 (iPad; CPU OS 18_0 like Mac OS X) Version/18.0 Safari/605.1.15', 'Safari on iPad'],
  ['Mozilla/5.0 (X11; CrOS x86_64 16181.0.0) Chrome/141.0 Safari/537.36', 'Chrome on ChromeOS'],
  ['Mozilla/5.0 Firefox/140.0', 'Firefox'],
  ['a-machine (Linux)', 'Linux'],
  ['x'.repeat(41), 'x'.repeat(40)],
  ['(nothing)', 'Unknown device'],
  ['curl/8.11.1', 'curl'],
  ['python-httpx/0.28', 'python-httpx'],
  ['', 'Unknown device'],
  [null, 'Unknown device'],
];
for (const [userAgent, words] of devices) {
  test(`${userAgent} is ${words}`, () => assert.equal(deviceOf(userAgent), words));
}

const id = '019aa8b4-6f00-7cc3-98c5-dc9fd1c5a401';
const ends = new Date('2026-12-22T12:00:00Z');
const ada: UserPrincipal = {
  kind: 'user',
  tenantId: 'tenant' as TenantId,
  user: { id, email: 'ada@example.com', name: 'Ada', role: 'viewer' },
  origin: { kind: 'session', id, expiresAt: ends, signedInAt: ends },
  tenant: { slug: 'default', name: 'Default' },
  actor: { kind: 'user', id, label: 'ada@example.com' },
  permissions: rolePermissions.viewer,
  resources: null,
};
const common = {
  user: { id, email: 'ada@example.com', name: 'Ada', role: 'viewer', tenantId: 'tenant' },
  agent: null,
  key: null,
  tenant: { id: 'tenant', slug: 'default', name: 'Default' },
  resources: null,
  permissions: ['profile:read', 'tokens:read', 'tokens:revoke', 'usage:read'],
};

test('whoever came by a session is told of it', () => {
  const session = { id, expiresAt: '2026-12-22T12:00:00.000Z' };
  assert.deepEqual(whoAmI(ada), { ...common, credential: null, session });
});

test('whoever came by a token is told of it, and of when it ends', () => {
  const token = { name: 'ci', prefix: 'kw_pat_12345678' };
  const origin = { kind: 'credential', id, credentialKind: 'pat', grant: ['*'], ...token } as const;
  for (const expiresAt of [ends, null]) {
    const credential = {
      id,
      kind: 'pat',
      ...token,
      permissions: ['*'],
      resources: null,
      expiresAt: expiresAt?.toISOString() ?? null,
      isReplaced: false,
    };
    const ending = { expiresAt, isReplaced: false, rateLimit: null };
    const shown = whoAmI({ ...ada, origin: { ...origin, grant: ['*'], ...ending } });
    assert.deepEqual(shown, { ...common, credential, session: null });
  }
});

test('a key is told that it is one, of what tenant, and what it reaches', () => {
  const resources = { agent: [], flow: ['nightly'], mcp_tool: [], vector_store: [], llm_model: [] };
  const key: KeyPrincipal = {
    ...ada,
    kind: 'key',
    madeBy: id,
    actor: { kind: 'key', id, label: 'billing' },
    origin: {
      kind: 'credential',
      id,
      credentialKind: 'key',
      name: 'billing',
      prefix: 'kw_key_12345678',
      grant: ['verify'],
      expiresAt: null,
      isReplaced: false,
      rateLimit: null,
    },
    resources,
  };
  const shown = whoAmI(key);
  assert.deepEqual([shown.user, shown.session, shown.key], [null, null, { id, name: 'billing' }]);
  assert.deepEqual([shown.resources, shown.credential?.resources], [resources, resources]);
  assert.equal(shown.tenant.slug, 'default');
});
