import path from 'node:path';
import { ensureInstalled } from './install.mjs';
import { findNode, root, runAttached, say, StepError } from './workplace.mjs';

try {
  await ensureInstalled();
  const args = [path.join(root, 'scripts', 'run-tests.ts'), ...process.argv.slice(2)];
  process.exitCode = await runAttached(findNode(), args);
} catch (error) {
  if (!(error instanceof StepError)) throw error;
  say(error.message);
  console.log('0 passed, 1 failed');
  process.exitCode = 1;
}
