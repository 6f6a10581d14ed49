import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { borderFaults, luciaFaults } from './layout-borders.ts';
import { circleFaults } from './layout-circles.ts';
import { citationFaults } from './layout-citations.ts';
import type { SourceFile } from './layout-imports.ts';
import { migrationFaults, nameFaults } from './layout-names.ts';

const NOT_OURS =
  /^(node_modules|\.git|\.next|out|out-cli|data|test-results|\.env|next-env\.d\.ts|.*\.tsbuildinfo)$/;
const TEXT = /\.(tsx?|mjs|css|sql|json|md)$/;

/** Holds docs/architecture.md against the files. Returns `path: sentence` lines; none when all is well. */
export function layoutFaults(files: SourceFile[]): string[] {
  const each = files.flatMap((file) =>
    [...nameFaults(file), ...(/\.(tsx?|mjs)$/.test(file.path) ? borderFaults(file) : [])].map(
      (fault) => `${file.path}: ${fault}`,
    ),
  );
  return [
    ...each,
    ...migrationFaults(files),
    ...luciaFaults(files),
    ...circleFaults(files),
    ...citationFaults(files),
  ];
}

function readTree(root: string): SourceFile[] {
  return readdirSync(root, { withFileTypes: true })
    .filter(({ name }) => !NOT_OURS.test(name))
    .flatMap((entry) => (entry.isDirectory() ? filesBelow(root, entry.name) : [entry.name]))
    .map((file) => ({
      path: file,
      text: TEXT.test(file) ? readFileSync(path.join(root, file), 'utf8') : '',
    }));
}

function filesBelow(root: string, folder: string): string[] {
  return readdirSync(path.join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(root, path.join(entry.parentPath, entry.name)))
    .filter((file) => !file.split(path.sep).includes('node_modules'));
}

if (import.meta.main) {
  const faults = layoutFaults(readTree(path.join(import.meta.dirname, '..')));
  for (const fault of faults) console.error(fault);
  process.exitCode = faults.length > 0 ? 1 : 0;
}
