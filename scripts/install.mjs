import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { alone, assertUsableFolder, findNode, readText, root, runQuietly, say } from './workplace.mjs';

const stamp = path.join(root, 'node_modules', '.keyward-packages');

/** Installs the packages where they are missing or package-lock.json has changed since. */
export async function ensureInstalled() {
  assertUsableFolder();
  if (isInstalled()) return;
  await alone('install', async () => {
    if (isInstalled()) return;
    say('Installing packages (first start, or after an update) …');
    const wanted = fingerprint();
    // NODE_ENV=production would leave out what builds the web app.
    await runQuietly('npm', ['ci', '--include=dev', '--include=optional'], { PATH: systemPath() });
    // The one among the packages may lack a library of the system.
    await runQuietly(findNode(), ['--version']);
    writeFileSync(stamp, wanted);
  });
}

const isInstalled = () => readText(stamp) === fingerprint();

function fingerprint() {
  const hash = createHash('sha256').update(`${process.platform} ${process.arch}\n`);
  return hash.update(readFileSync(path.join(root, 'package-lock.json'))).digest('hex');
}

/** `npm ci` deletes the Node among the packages, so it must not run on it. */
function systemPath() {
  const entries = (process.env.PATH ?? '').split(path.delimiter);
  return entries.filter((entry) => !entry.startsWith(path.join(root, 'node_modules'))).join(path.delimiter);
}
