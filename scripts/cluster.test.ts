import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { test } from 'node:test';
import { findNode, root } from './workplace.mjs';

test('two servers on one database are one command, and stop with it', { timeout: 60_000 }, async () => {
  const child = spawn(findNode(), [path.join(root, 'scripts', 'cluster.ts'), '2'], {
    env: { NODE_ENV: 'production', PATH: process.env['PATH'], PORT: '0' },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  const ended = once(child, 'exit');
  const ready = Promise.withResolvers<void>();
  child.stderr.on('data', (chunk: Buffer) => {
    said += chunk.toString();
    if (said.includes('2 servers on one database')) ready.resolve();
  });
  await Promise.race([ready.promise, ended]);
  const origins = [...said.matchAll(/ready at (http\S+)/g)].map((match) => match[1] ?? '');
  assert.equal(new Set(origins).size, 2, said);
  for (const origin of origins) assert.equal((await fetch(`${origin}/readyz`)).status, 200);
  child.kill('SIGTERM');
  assert.deepEqual(await ended, [0, null]);
  for (const origin of origins) await assert.rejects(fetch(`${origin}/readyz`));
});
