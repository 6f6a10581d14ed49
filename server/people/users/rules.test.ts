import assert from 'node:assert/strict';
import { test } from 'node:test';
import { effectivePermissions, rolePermissions } from '#server/core/access/permissions.ts';
import {
  assertActive,
  assertAdminRemains,
  assertInvited,
  assertNotBeyond,
  assertNotSelf,
  assertOthersPassword,
  assertStillAdmin,
  hasNoPassword,
  workingPasswordHash,
} from '#server/people/users/rules.ts';

const [ada, bob] = ['019aa8b4-6f00-7cc3-98c5-dc9fd1c5a401', '019aa8b4-6f00-7cc3-98c5-dc9fd1c5a402'];
const at = new Date('2026-11-22T12:00:00Z');
const admin = { kind: 'user', role: 'admin', isPlatformAdmin: false } as const;
const none = { passwordHash: null, passwordChosenByAdmin: false, passwordEndsAt: null };

test('nobody lets somebody in who may do more than they may themselves', () => {
  assertNotBeyond(rolePermissions.admin, { role: 'admin' });
  assertNotBeyond(
    effectivePermissions(admin, ['profile:read', 'tokens:read', 'tokens:revoke', 'usage:read']),
    { role: 'viewer' },
  );
  assert.throws(() => assertNotBeyond(effectivePermissions(admin, ['users:write']), { role: 'viewer' }), {
    code: 'permission_denied',
    message:
      'This would let a person in as viewer, who has the permission profile:read: your token does not.',
  });
  assert.throws(() => assertNotBeyond(rolePermissions.manager, { role: 'admin' }), {
    code: 'permission_denied',
  });
});

const refusals: [what: string, allowed: () => void, refused: () => void, code: string, says: RegExp][] = [
  [
    'nobody locks themselves out',
    () => assertNotSelf(ada, bob, 'demote'),
    () => assertNotSelf(ada, ada, 'demote'),
    'own_account',
    /cannot demote yourself/,
  ],
  [
    'an admin remains',
    () => assertAdminRemains(1),
    () => assertAdminRemains(0),
    'last_admin',
    /Make someone else an admin first/,
  ],
  [
    'whoever stopped being an admin while waiting is one no more',
    () => assertStillAdmin([bob, ada], ada),
    () => assertStillAdmin([bob], ada),
    'permission_denied',
    /users:write/,
  ],
  [
    'one’s own password is changed where the present one is asked for',
    () => assertOthersPassword(ada, bob),
    () => assertOthersPassword(ada, ada),
    'own_account',
    /account page/,
  ],
  [
    'no link is made for somebody who is switched off',
    () => assertActive({ deactivatedAt: null }),
    () => assertActive({ deactivatedAt: at }),
    'user_deactivated',
    /Activate it first/,
  ],
  [
    'an invite is for coming the first time: not with a password',
    () => assertInvited({ ...none, lastSignInAt: null }),
    () => assertInvited({ ...none, passwordHash: '$argon2id$', lastSignInAt: null }),
    'already_joined',
    /Make a reset link instead/,
  ],
  [
    'an invite is for coming the first time: not after a sign-in by another way',
    () => assertInvited({ ...none, lastSignInAt: null }),
    () => assertInvited({ ...none, lastSignInAt: at }),
    'already_joined',
    /joined already/,
  ],
];
for (const [what, allowed, refused, code, message] of refusals) {
  test(what, () => {
    allowed();
    assert.throws(refused, { code, message });
  });
}

const own = { ...none, passwordHash: '$argon2id$own' };
const chosen = { passwordHash: '$argon2id$chosen', passwordChosenByAdmin: true, passwordEndsAt: at };
const passwords: [
  what: string,
  kept: Parameters<typeof hasNoPassword>[0],
  works: boolean,
  isNone: boolean,
][] = [
  ['none does not work', none, false, true],
  ['one’s own works, and has no end', own, true, false],
  ['an admin’s choice works until its end', { ...chosen, passwordEndsAt: after(1) }, true, false],
  ['an admin’s choice does not work from its end on', chosen, false, false],
  ['an admin’s choice that was ended is none', { ...chosen, passwordEndsAt: null }, false, true],
];
for (const [what, kept, works, isNone] of passwords) {
  test(`of passwords, ${what}`, () => {
    assert.equal(workingPasswordHash(kept, at), works ? kept.passwordHash : null);
    assert.equal(hasNoPassword(kept), isNone);
  });
}

function after(milliseconds: number): Date {
  return new Date(at.getTime() + milliseconds);
}
