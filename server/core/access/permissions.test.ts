import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  ceilingOf,
  effectivePermissions,
  permissionsBeyond,
  rolePermissions,
} from '#server/core/access/permissions.ts';
import {
  agentPermissions,
  keyPermissions,
  permissions,
  roles,
  type Permission,
  type Role,
} from '#server/core/access/schema.ts';

const anyRole = fc.constantFrom(...roles);
const anyList = fc.uniqueArray(fc.constantFrom(...permissions), { minLength: 1 });

const person = (role: Role, isPlatformAdmin = false) => ({ kind: 'user', role, isPlatformAdmin }) as const;

test('each role holds all that the one before it holds, and admin everything but what is of the platform', () => {
  for (const [index, role] of roles.entries()) {
    const before = roles[index - 1];
    if (before) assert.ok(rolePermissions[role].isSupersetOf(rolePermissions[before]));
  }
  const ofAdmin = permissions.filter((permission) => permission !== 'tenants:write');
  assert.deepEqual([...rolePermissions.admin].toSorted(), ofAdmin.toSorted());
  assert.deepEqual([...ceilingOf(person('admin', true))].toSorted(), [...permissions].toSorted());
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
      assert.deepEqual([...effectivePermissions(person(role), grant)].toSorted(), [...expected].toSorted());
    }),
  );
});

test('a grant of * is all that the role allows, but for what has to be named', () => {
  for (const role of roles) {
    const expected = rolePermissions[role].difference(new Set(['tokens:rotate_self']));
    assert.deepEqual(effectivePermissions(person(role), ['*']), expected);
  }
});

test('what a role lacks is named before it can be granted', () => {
  assert.deepEqual(permissionsBeyond(rolePermissions.member, ['tokens:read', 'users:write', 'audit:read']), [
    'users:write',
    'audit:read',
  ]);
  assert.deepEqual(permissionsBeyond(rolePermissions.admin, ['users:write']), []);
  assert.deepEqual(permissionsBeyond(rolePermissions.viewer, ['*']), []);
});

test('a key does what it was granted of what a key may do, independently of its maker', () => {
  fc.assert(
    fc.property(anyList, (grant) => {
      const expected = new Set(grant).intersection(new Set<Permission>(keyPermissions));
      assert.deepEqual(effectivePermissions({ kind: 'key' }, grant), expected);
    }),
  );
});

test('an agent does what it was granted of what an agent may do and its owner still may', () => {
  fc.assert(
    fc.property(anyRole, anyList, (role, grant) => {
      const ceiling = new Set<Permission>(agentPermissions).intersection(rolePermissions[role]);
      const expected = new Set(grant).intersection(ceiling);
      assert.deepEqual(effectivePermissions({ kind: 'agent', role }, grant), expected);
    }),
  );
});

test('a token renews itself only where its grant says so by name', () => {
  assert.ok(effectivePermissions(person('member'), ['tokens:rotate_self']).has('tokens:rotate_self'));
  assert.ok(!effectivePermissions(person('member'), ['*']).has('tokens:rotate_self'));
  assert.ok(!effectivePermissions(person('viewer'), ['tokens:rotate_self']).has('tokens:rotate_self'));
});
