import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertFreshSignIn } from '#server/core/access/fresh.ts';
import { rolePermissions } from '#server/core/access/permissions.ts';
import type { TenantId, UserPrincipal } from '#server/core/access/principal.ts';

const signedInAt = new Date('2026-11-22T08:00:00Z');
const id = '019aa8b4-6f00-7cc3-98c5-dc9fd1c5a401';

function check(now: string, origin: Partial<UserPrincipal['origin']> = {}) {
  const session = { kind: 'session', id, expiresAt: signedInAt, signedInAt };
  const principal: UserPrincipal = {
    kind: 'user',
    tenantId: id as TenantId,
    user: { id, email: 'ada@example.com', name: 'Ada', role: 'admin' },
    origin: { ...session, ...origin } as UserPrincipal['origin'],
    tenant: { slug: 'default', name: 'Default' },
    actor: { kind: 'user', id, label: 'ada@example.com' },
    permissions: rolePermissions.admin,
    resources: null,
  };
  assertFreshSignIn({ principal, now: () => new Date(now) });
}

test('a sign-in is fresh for twelve hours, to the millisecond', () => {
  check('2026-11-22T20:00:00.000Z');
  assert.throws(() => check('2026-11-22T20:00:00.001Z'), {
    code: 'sign_in_again',
    message: /Confirm that it is you/,
  });
});

test('a token is never asked to sign in', () => {
  check('2027-11-22T08:00:00Z', { kind: 'credential' });
});
