import { writeFile } from 'node:fs/promises';
import { type LockFile, nameOf, readLockFile, usedPackages } from './check-packages.ts';

/** The page that lists the packages which Keyward is built of or runs with, by their licences. */
export function licencesPage(lock: LockFile): string {
  const byLicence = Map.groupBy(usedPackages(lock), ([, { license = '' }]) => license);
  const rows = [...byLicence]
    .toSorted(([a], [b]) => a.localeCompare(b, 'en'))
    .map(([licence, its]) => {
      const names = its.map(([folder, { version }]) => `${nameOf(folder)} ${version}`);
      return `| ${licence} | ${[...new Set(names)].toSorted().join(', ')} |`;
    });
  return [
    '# Licences of what Keyward uses',
    '',
    'Without what only tests and checks use. A package under another licence than these fails `npm run check`. The same as a',
    'CycloneDX document, with the hash of each package: `npm run -s sbom > sbom.json`.',
    '',
    '| licence | packages |',
    '|---|---|',
    ...rows,
    '',
    'This page is written by `npm run docs` from `package-lock.json`.',
    '',
  ].join('\n');
}

if (import.meta.main)
  await writeFile(new URL('../docs/licences.md', import.meta.url), licencesPage(readLockFile()));
