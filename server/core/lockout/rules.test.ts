import assert from 'node:assert/strict';
import { test } from 'node:test';
import { limits, type Subject } from '#server/core/lockout/rules.ts';

const minute = 60_000;
const person = { windowMs: 15 * minute, pausesMs: [15 * minute, 30 * minute, 60 * minute], renews: true };
const slower = [1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 64_000, 128_000, 256_000, 512_000, 900_000];
const place = { windowMs: 15 * minute, pausesMs: slower, renews: false };

/** What is promised to whoever runs this, and to whoever forgot a password: a second entry of the same book. */
const promised: Record<Subject, object> = {
  account: { tries: 10, ...person },
  device: { tries: 10, ...person },
  devices: { tries: 30, ...person },
  confirm: { tries: 10, ...person },
  confirms: { tries: 30, ...person },
  guesses: { tries: 10, ...person },
  asks: { tries: 30, ...place },
  mailbox: { tries: 3, ...person },
  address: { tries: 50, ...place },
  letters: { tries: 200, ...place },
};
for (const [subject, limit] of Object.entries(promised)) {
  test(`tries are limited as is promised: ${subject}`, () => {
    assert.deepEqual(limits[subject as Subject], limit);
  });
}
