import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import path from 'node:path';
import { ensureCliBuilt } from './build-cli.mjs';
import { ensureBuilt } from './build.mjs';
import { ensureInstalled } from './install.mjs';
import { findNode, root, say, StepError } from './workplace.mjs';

const args = process.argv.slice(2);

try {
  await ensureInstalled();
  if (!args.includes('--help')) await (args.includes('--dev') ? ensureCliBuilt() : ensureBuilt());
  runServer();
} catch (error) {
  if (!(error instanceof StepError)) throw error;
  say(error.message);
  process.exitCode = 1;
}

/**
 * The server has a process group of its own, so that Ctrl-C reaches it once, through us. The channel between us closes
 * when we are killed, which tells it to stop.
 */
function runServer() {
  const server = spawn(findNode(), [path.join(root, 'server', 'main.ts'), ...args], {
    cwd: root,
    detached: true,
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  });
  let signalledAt = 0;
  // The terminal and npm both pass on the same Ctrl-C, and a second one tells the server to drop everything.
  const stop = (/** @type {'SIGINT' | 'SIGTERM'} */ signal) => {
    if (Date.now() - signalledAt > 500) server.kill(signal);
    signalledAt = Date.now();
  };
  process.on('SIGTERM', () => stop('SIGTERM'));
  process.on('SIGHUP', () => stop('SIGTERM'));
  process.on('SIGINT', () => stop('SIGINT'));
  whenNpmIsGone(() => signalledAt || stop('SIGTERM'));
  server.on('exit', (code, signal) => process.exit(code ?? 128 + (signal ? constants.signals[signal] : 0)));
}

/** An npm that is killed outright passes nothing on. @param {() => void} stop */
function whenNpmIsGone(stop) {
  if (!process.env.npm_lifecycle_event) return;
  const npm = process.ppid;
  setInterval(() => process.ppid === npm || stop(), 500).unref();
}
