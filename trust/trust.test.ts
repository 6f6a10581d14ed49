import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import type { Sabotage, TrustPromise } from './promise.ts';
import { lineOf } from './report.ts';
import { changesOf, misfits, sabotageSettings } from './sabotage.ts';
import type { Stage } from './stage.ts';
import { checkPromise, runControl } from './try-promise.ts';

const patch = { file: 'server/errors.ts', find: 'export class AppError', replace: 'export class Sabotaged' };
const promise: TrustPromise = {
  id: 'S0',
  name: 'all is well',
  threshold: '0 of 2',
  isFast: true,
  check: () => Promise.resolve({ measured: '0 of 2', holds: true }),
  control: { without: 'anything', patches: [patch] },
};
/** What a process prints that loads files as the servers of a control do. */
function run(script: string, control?: Sabotage): string {
  const env = { NODE_ENV: 'test' as const, ...(control && sabotageSettings(changesOf(control))) };
  return execFileSync(process.execPath, ['--eval', script], { env }).toString().trim();
}
const noStage = () => Promise.resolve({} as Stage);

test('a process that is given patches loads the files as they say, and no other does', () => {
  const asks = "import('#server/errors.ts').then((module) => console.log(Object.keys(module).join()))";
  assert.match(run(asks, { without: 'x', patches: [patch] }), /Sabotaged/);
  assert.doesNotMatch(run(asks), /Sabotaged/);
});

test('a function that is replaced is the replacement for its own module too, and for the replacement the original', () => {
  const asks = `import('#server/doors/http/base-url.ts').then(({ baseUrl, isBaseUrl }) => {
    const req = { socket: {}, headersDistinct: { host: ['no host'] } };
    const ask = (config) => { try { return baseUrl(req, config); } catch (error) { return error.code; } };
    const given = { url: new URL('https://keyward.example'), urlIsGiven: true };
    console.log(isBaseUrl('no host'), ask({ trustedProxies: [] }), ask(given));
  })`;
  const own = 'https://keyward.example';
  assert.equal(run(asks), `false bad_request ${own}`);
  assert.equal(run(asks, { without: 'x', replaced: ['any-address-is-ours'] }), `true http://no host ${own}`);
  assert.equal(run(asks, { without: 'x', replaced: ['no-given-address'] }), 'false bad_request bad_request');
});

test('a replacement of what its target does not declare fails its control', async () => {
  const lost = { file: 'trust/controls/x.ts', target: 'server/errors.ts', names: ['notFound', 'notThere'] };
  assert.deepEqual(misfits({ replacements: [lost], patches: [] }), [
    'trust/controls/x.ts replaces notThere, which server/errors.ts declares 0 times, not once',
  ]);
  const result = await runControl(promise, { without: 'x', replaced: ['not-there'] });
  assert.equal(result.isAsItMust, false);
  assert.match(result.measured, /it threw: Error: there is no trust\/controls\/not-there\.ts/);
});

test('a control whose patch fits nowhere, or twice, fails', async () => {
  for (const find of ['there is no such text', 'export']) {
    const result = await runControl(promise, { without: 'x', patches: [{ ...patch, find }] });
    assert.equal(result.isAsItMust, false);
    assert.match(result.measured, /it threw: Error: server\/errors\.ts holds this \d+ times, not once/);
  }
});

test('a promise passes that holds, and fails that does not or cannot be asked', async () => {
  const broken = { ...promise, check: () => Promise.resolve({ measured: '1 of 2', holds: false }) };
  const thrown = { ...promise, check: () => Promise.reject(new Error('no')) };
  const results = await Promise.all([promise, broken, thrown].map((one) => checkPromise(one, noStage)));
  assert.deepEqual(
    results.map(({ isAsItMust }) => isAsItMust),
    [true, false, false],
  );
  assert.match(
    results.map(lineOf).join('\n'),
    /^PASS S0 .*\nFAIL S0 all is well {3}1 of 2 {3}\(0 of 2\).*\nFAIL S0/,
  );
});

test('a control passes that makes its promise fail, and fails where it holds', () => {
  const told = { promise, measured: '2 of 2', seconds: 1, without: 'a lock' };
  const failing = lineOf({ ...told, isAsItMust: true });
  assert.equal(failing, 'FAILS AS IT MUST S0 all is well   2 of 2 without a lock   1.0 s');
  assert.match(lineOf({ ...told, isAsItMust: false }), /^FAIL: its control should not hold: S0/);
});
