import assert from 'node:assert/strict';
import { resolve } from 'node:path';
import { test } from 'node:test';
import { parseConfig } from '#server/config.ts';
import { describePlace, quote } from './operator-command.ts';

test('a command to be pasted acts on the same database, and tells no secret', () => {
  const placeOf = (settings: Record<string, string>) => describePlace(parseConfig(settings));
  assert.equal(placeOf({}), '');
  assert.equal(placeOf({ KEYWARD_DATA: 'data' }), '');
  assert.equal(placeOf({ KEYWARD_DATA: 'restored' }), `KEYWARD_DATA=${quote(resolve('restored'))} `);
  assert.equal(placeOf({ KEYWARD_DATA: "/srv/o'hara's desk" }), "KEYWARD_DATA='/srv/o'\\''hara'\\''s desk' ");
  const given = placeOf({ DATABASE_URL: 'postgres://ada:very-secret@localhost/desk' });
  assert.equal(given, 'With the same DATABASE_URL: ');
  const both = { DATABASE_URL: 'postgres://a@b/c', KEYWARD_DATABASE_OWNER_URL: 'postgres://d@b/c' };
  assert.equal(placeOf(both), 'With the same DATABASE_URL and KEYWARD_DATABASE_OWNER_URL: ');
  assert.equal(quote('$(reboot)'), "'$(reboot)'");
});
