import { readFileSync } from 'node:fs';
import path from 'node:path';
import { root } from './workplace.mjs';

export interface Manifest {
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
  allowScripts?: Record<string, boolean>;
}

export interface LockedPackage {
  name?: string;
  version?: string;
  license?: string;
  resolved?: string;
  integrity?: string;
  hasInstallScript?: boolean;
  dev?: boolean;
  optional?: boolean;
}

export interface LockFile {
  /** By the folder that each is in: `node_modules/pg`. */
  packages: Record<string, LockedPackage>;
}

/** What asks nothing of us but a notice, and, for those of the second line, that we pass them on as they are. */
const ALLOWED = [
  'MIT MIT-0 ISC 0BSD BSD-2-Clause BSD-3-Clause Apache-2.0 BlueOak-1.0.0 CC0-1.0 PSF-2.0',
  'CC-BY-4.0 OFL-1.1 MPL-2.0 LGPL-3.0-or-later',
].flatMap((line) => line.split(' '));

/** Below them are holes through which a request runs code: CVE-2025-55182 and what followed. */
const LEAST: Record<string, string> = { next: '16.0.7', react: '19.2.3', 'react-dom': '19.2.3' };

const EXACT = /^\d+\.\d+\.\d+(-[\w.]+)?$/;

/** What is wrong with what we depend on; one sentence each, none when all is well. */
export function packageFaults(manifest: Manifest, { packages }: LockFile): string[] {
  const wanted = [manifest.dependencies, manifest.devDependencies, manifest.optionalDependencies];
  const inexact = wanted
    .flatMap((group) => Object.entries(group ?? {}))
    .filter(([, version]) => !EXACT.test(version))
    .map(([name, version]) => `${name}: "${version}" is no exact version.`);
  const locked = Object.entries(packages).filter(([folder]) => folder !== '');
  return [...inexact, ...locked.flatMap(([folder, found]) => lockFaults(nameOf(folder), found, manifest))];
}

/** Without what only tests and checks use. */
export const usedPackages = ({ packages }: LockFile) =>
  Object.entries(packages).filter(([folder, { dev }]) => folder !== '' && !dev);

export const nameOf = (folder: string) => folder.slice(folder.lastIndexOf('node_modules/') + 13);

function lockFaults(name: string, found: LockedPackage, { allowScripts = {} }: Manifest): string[] {
  const { version = '', license, resolved, integrity, hasInstallScript } = found;
  const least = LEAST[name];
  const faults = {
    [`names a host, ${resolved}: omit-lockfile-registry-resolved in .npmrc keeps it out`]:
      resolved !== undefined,
    'has no integrity in the lock file': !integrity,
    'wants to run a script when it is installed: see that nothing needs it, then add it to allowScripts as false':
      hasInstallScript && allowScripts[name] !== false,
    [`must be ${least} or newer, for below are known holes`]: least && isOlder(version, least),
    [`is under ${license ?? 'no licence'}, which is not on the list in scripts/check-packages.ts`]:
      !isAllowed(license ?? ''),
  };
  return Object.entries(faults).flatMap(([says, isSo]) => (isSo ? [`${name} ${version} ${says}.`] : []));
}

/** Of licences joined by OR one is enough, of those joined by AND each counts. */
function isAllowed(expression: string): boolean {
  const choices = expression.replaceAll(/[()]/g, '').split(' OR ');
  return choices.some((choice) => choice.split(' AND ').every((name) => ALLOWED.includes(name)));
}

function isOlder(version: string, least: string): boolean {
  const [is, must] = [version, least].map((text) => text.split(/[.-]/).map(Number));
  const at = [0, 1, 2].find((n) => is?.[n] !== must?.[n]);
  // A preview of a version comes before it.
  return at === undefined ? version.includes('-') : (is?.[at] ?? 0) < (must?.[at] ?? 0);
}

const readJson = (file: string) => JSON.parse(readFileSync(path.join(root, file), 'utf8')) as unknown;
export const readManifest = () => readJson('package.json') as Manifest;
export const readLockFile = () => readJson('package-lock.json') as LockFile;

if (import.meta.main) {
  const faults = packageFaults(readManifest(), readLockFile());
  for (const fault of faults) console.error(fault);
  process.exitCode = faults.length > 0 ? 1 : 0;
}
