import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rolePermissions } from '#server/core/access/permissions.ts';
import {
  credentialId,
  nameOf,
  onBehalfOf,
  type KeyPrincipal,
  type TenantId,
  type UserPrincipal,
} from '#server/core/access/principal.ts';

const [person, credential] = ['019aa8b4-6f00-7cc3-98c5-dc9fd1c5a401', '019aa8b4-6f00-7cc3-98c5-dc9fd1c5a402'];
const bySession: UserPrincipal = {
  kind: 'user',
  tenantId: person as TenantId,
  user: { id: person, email: 'ada@example.com', name: 'Ada', role: 'admin' },
  origin: { kind: 'session', id: person, expiresAt: new Date(0), signedInAt: new Date(0) },
  tenant: { slug: 'default', name: 'Default' },
  actor: { kind: 'user', id: person, label: 'ada@example.com' },
  permissions: rolePermissions.admin,
  resources: null,
};
const byToken: UserPrincipal & { origin: { kind: 'credential' } } = {
  ...bySession,
  origin: {
    kind: 'credential',
    id: credential,
    credentialKind: 'pat',
    name: 'gateway',
    prefix: 'kw_pat_12345678',
    grant: ['verify'],
    expiresAt: null,
    isReplaced: false,
    rateLimit: null,
  },
};

test('whoever comes by a token is told by it, whoever comes by a session by their address', () => {
  assert.deepEqual([nameOf(byToken), credentialId(byToken)], ['gateway', credential]);
  assert.deepEqual([nameOf(bySession), credentialId(bySession)], ['ada@example.com', null]);
});

const byKey: KeyPrincipal = {
  ...byToken,
  kind: 'key',
  actor: { kind: 'key', id: credential, label: 'billing' },
  madeBy: person,
  resources: { agent: [], flow: [], mcp_tool: [], vector_store: [], llm_model: [] },
  origin: { ...byToken.origin, credentialKind: 'key', name: 'billing' },
};

test('a key acts for its maker, and a person for themselves', () => {
  assert.equal(onBehalfOf(byKey), person);
  assert.equal(onBehalfOf(bySession), null);
  assert.deepEqual([nameOf(byKey), credentialId(byKey)], ['billing', credential]);
});
