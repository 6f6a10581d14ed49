import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { effectivePermissions, permissionsBeyond, rolePermissions } from '#server/core/access/permissions.ts';
import { permissions, roles, type Permission } from '#server/core/access/schema.ts';

const anyRole = fc.constantFrom(...roles);
const anyList = fc.uniqueArray(fc.constantFrom(...permissions), { minLength: 1 });

test('each role holds all that the one before it holds, and admin holds everything', () => {
  for (const [index, role] of roles.entries()) {
    const before = roles[index - 1];
    if (before) assert.ok(rolePermissions[role].isSupersetOf(rolePermissions[before]));
  }
  assert.deepEqual([...rolePermissions.admin].toSorted(), [...permissions].toSorted());
});

const firstHeldBy: [Permission, string][] = [
  ['tokens:read', 'viewer'],
  ['tokens:revoke', 'viewer'],
  ['tokens:write', 'member'],
  ['mcp:call', 'member'],
  ['agents:write', 'manager'],
  ['budgets:write', 'manager'],
  ['users:write', 'admin'],
  ['tokens:admin', 'admin'],
  ['verify', 'admin'],
];
for (const [permission, first] of firstHeldBy) {
  test(`${permission} begins with the role ${first}`, () => {
    assert.equal(
      roles.find((role) => rolePermissions[role].has(permission)),
      first,
    );
  });
}

test('a credential can do what its grant and its owner’s role both hold, and nothing else', () => {
  fc.assert(
    fc.property(anyRole, anyList, (role, grant) => {
      const expected = new Set(grant).intersection(rolePermissions[role]);
      assert.deepEqual([...effectivePermissions(role, grant)].toSorted(), [...expected].toSorted());
    }),
  );
});

test('a grant of * is whatever the role allows', () => {
  for (const role of roles) assert.deepEqual(effectivePermissions(role, ['*']), rolePermissions[role]);
});

test('what a role lacks is named before it can be granted', () => {
  assert.deepEqual(permissionsBeyond('member', ['tokens:read', 'users:write', 'audit:read']), [
    'users:write',
    'audit:read',
  ]);
  assert.deepEqual(permissionsBeyond('admin', ['users:write']), []);
  assert.deepEqual(permissionsBeyond('viewer', ['*']), []);
});
