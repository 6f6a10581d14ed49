import assert from 'node:assert/strict';
import { test } from 'node:test';
import { shareProcesses } from './share-processes.ts';

const texts: Record<string, string> = {
  'clock.test.ts': "mock.timers.enable({ apis: ['Date'] });",
  'hooks.test.ts': 'before(async () => {});',
  'settings.test.ts': "process.env['PORT'] = '0';",
  'signals.test.ts': "process.once('SIGTERM', stop);",
};
const plain = Array.from({ length: 40 }, (_, n) => `rules-${n}.test.ts`);
const files = [...Object.keys(texts), ...plain];
const groups = shareProcesses(files, (file) => texts[file] ?? "const path = process.env['PATH'];");

test('every test file runs, and runs once', () => {
  assert.deepEqual(groups.flat().toSorted(), files.toSorted());
});

test('a file that changes its process shares it with no other, and those that do not share', () => {
  for (const file of Object.keys(texts))
    assert.deepEqual(
      groups.find((group) => group.includes(file)),
      [file],
    );
  assert.ok(groups.length < files.length / 2);
});
