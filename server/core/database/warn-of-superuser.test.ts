import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { warnOfSuperuser } from '#server/core/database/warn-of-superuser.ts';

test('a superuser who was accepted is warned of at the start and every hour', () => {
  mock.timers.enable({ apis: ['setInterval'] });
  const warned: string[] = [];
  const timer = warnOfSuperuser({ warn: (line: unknown) => warned.push(String(line)) });
  assert.equal(warned.length, 1);
  mock.timers.tick(3 * 3_600_000);
  assert.equal(warned.length, 4);
  clearInterval(timer);
  mock.timers.reset();
});
