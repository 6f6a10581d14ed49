import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { configurationPage } from '#scripts/write-configuration.ts';

test('the page on configuration says what the server reads ("npm run docs" writes it anew)', async () => {
  const page = await readFile(new URL('../docs/configuration.md', import.meta.url), 'utf8');
  assert.equal(page, configurationPage());
});
