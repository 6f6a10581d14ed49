import { existsSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { ensureCliBuilt } from './build-cli.mjs';
import { compressAll } from './compress.mjs';
import { fingerprint } from './fingerprint.mjs';
import { ensureInstalled } from './install.mjs';
import { alone, findNode, readText, root, runQuietly, say, StepError } from './workplace.mjs';

const INPUTS = [
  'app components public server next.config.ts postcss.config.mjs tsconfig.json package-lock.json scripts/compress.mjs',
].flatMap((line) => line.split(' '));
const out = path.join(root, 'out');
const stamp = (/** @type {string} */ folder) => path.join(folder, '.inputs');

/** Builds the command line into out-cli/ and the web app into out/, each where its sources have changed since. */
export async function ensureBuilt() {
  await ensureCliBuilt();
  await ensureSiteBuilt();
}

async function ensureSiteBuilt() {
  if (!existsSync(path.join(root, 'app')) || isBuilt()) return;
  await alone('build', async () => {
    if (isBuilt()) return;
    say('Building the web app …');
    await build();
  });
}

const isBuilt = () => readText(stamp(out)) === fingerprint(INPUTS);

/** Into a folder beside the old one, and swapped: neither a crash nor a running server sees half a build. */
async function build() {
  const draft = '.next/export';
  const folder = path.join(root, draft);
  const inputs = fingerprint(INPUTS);
  const next = path.join(root, 'node_modules', 'next', 'dist', 'bin', 'next');
  await runQuietly(findNode(), [next, 'build'], {
    NEXT_TELEMETRY_DISABLED: '1',
    NODE_ENV: 'production',
    KEYWARD_EXPORT_FOLDER: draft,
  });
  await compressAll(folder);
  writeFileSync(stamp(folder), inputs);
  const old = path.join(root, '.next', 'export-old');
  rmSync(old, { recursive: true, force: true });
  if (existsSync(out)) renameSync(out, old);
  renameSync(folder, out);
  rmSync(old, { recursive: true, force: true });
}

if (process.argv[1] === path.join(root, 'scripts', 'build.mjs')) {
  try {
    await ensureInstalled();
    await ensureBuilt();
  } catch (error) {
    if (!(error instanceof StepError)) throw error;
    say(error.message);
    process.exitCode = 1;
  }
}
