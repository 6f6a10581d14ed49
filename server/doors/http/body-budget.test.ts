import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createBodyBudget } from '#server/doors/http/body-budget.ts';

const mebibyte = 1_048_576;
const known = (key: string) => ({ key, isKnown: true });
const stranger = (key: string) => ({ key, isKnown: false });

test('large bodies together hold 96 MiB at most, and what one lets go another may have', () => {
  const budget = createBodyBudget();
  const holds = ['a', 'b', 'c'].map((key) => budget.open(known(key)));
  for (const hold of holds) hold.add(32 * mebibyte);
  const late = budget.open(known('d'));
  assert.throws(() => late.add(mebibyte), { code: 'unavailable' });
  holds[0]?.release();
  holds[0]?.release();
  late.add(32 * mebibyte);
  assert.equal(budget.held(), 96 * mebibyte);
  for (const hold of [...holds, late]) hold.release();
  assert.equal(budget.held(), 0);
});

test('32 MiB more are for small bodies, and no byte beyond', () => {
  const budget = createBodyBudget();
  for (const key of ['a', 'b', 'c']) budget.open(known(key)).add(32 * mebibyte);
  for (let n = 0; n < 128; n++) budget.open(known(`small ${n}`)).add(mebibyte / 4);
  assert.equal(budget.held(), 128 * mebibyte);
  assert.throws(() => budget.open(known('late')).add(1), { code: 'unavailable' });
});

test('one person holds 32 MiB at most, over all of their requests, and one address of a stranger 4', () => {
  const budget = createBodyBudget();
  budget.open(known('ada')).add(31 * mebibyte);
  const second = budget.open(known('ada'));
  second.add(mebibyte);
  assert.throws(() => second.add(1), { code: 'rate_limited' });
  budget.open(stranger('203.0.113.7')).add(4 * mebibyte);
  assert.throws(() => budget.open(stranger('203.0.113.7')).add(1), { code: 'rate_limited' });
});

test('what was taken as a stranger is given back as one, though it was found out meanwhile who they are', () => {
  const budget = createBodyBudget();
  for (let n = 0; n < 40; n++) {
    const caller = stranger('203.0.113.7');
    const hold = budget.open(caller);
    hold.add(2 * mebibyte);
    Object.assign(caller, known('ada'));
    hold.release();
  }
  assert.equal(budget.held(), 0);
});

test('strangers of however many addresses leave three quarters to people who are signed in', () => {
  const budget = createBodyBudget();
  for (let n = 0; n < 6; n++) budget.open(stranger(`203.0.113.${n}`)).add(4 * mebibyte);
  assert.throws(() => budget.open(stranger('198.51.100.1')).add(mebibyte), { code: 'unavailable' });
  budget.open(stranger('198.51.100.1')).add(8_192);
  for (const key of ['a', 'b']) budget.open(known(key)).add(32 * mebibyte);
});
