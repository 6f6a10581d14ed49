import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { WaysView } from '#server/core/sessions/schema.ts';
import { assertWayRemains } from '#server/people/account/rules.ts';

const cases: [what: string, ways: WaysView['ways'], identities: number, remains: boolean][] = [
  ['a password', ['password'], 0, true],
  ['a link by mail', ['magic'], 0, true],
  ['an issuer that knows them', ['oidc'], 1, true],
  ['an issuer that does not', ['oidc'], 0, false],
  ['an issuer that does not, and a password', ['oidc', 'password'], 0, true],
  ['nothing', [], 1, false],
];
for (const [what, ways, identities, remains] of cases) {
  test(`with ${what} somebody ${remains ? 'can' : 'could not'} sign in any more`, () => {
    const check = () => assertWayRemains({ ways, issuerName: null }, identities);
    if (remains) check();
    else assert.throws(check, { code: 'last_way_in', message: /Add another one first/ });
  });
}
