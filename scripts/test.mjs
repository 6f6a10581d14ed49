import { spawn } from 'node:child_process';
import path from 'node:path';
import { ensureInstalled } from './install.mjs';
import { findNode, root, say, StepError } from './workplace.mjs';

try {
  await ensureInstalled();
  const args = [path.join(root, 'scripts', 'run-tests.ts'), ...process.argv.slice(2)];
  const tests = spawn(findNode(), args, { cwd: root, stdio: 'inherit' });
  process.on('SIGTERM', () => tests.kill('SIGTERM'));
  tests.on('exit', (code) => process.exit(code ?? 1));
} catch (error) {
  if (!(error instanceof StepError)) throw error;
  say(error.message);
  console.log('0 passed, 1 failed');
  process.exitCode = 1;
}
