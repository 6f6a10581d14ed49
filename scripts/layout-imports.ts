import path from 'node:path';

/** What is wrong, in one sentence. */
export type Fault = string | undefined;

export interface SourceFile {
  path: string;
  text: string;
}

export interface Import {
  /** A path in this repository (`server/errors.ts`), a package (`drizzle-orm`) or a built-in (`node:fs`). */
  target: string;
  specifier: string;
  typeOnly: boolean;
}

const STATIC = /^(?:import|export)\s+(type\s+)?(?:[\w$*{}\s,]+?\sfrom\s+)?['"]([^'"]+)['"]/gm;
const DYNAMIC = /\bimport\(\s*['"]([^'"]+)['"]\s*\)/g;

export function importsOf(file: SourceFile): Import[] {
  const fixed = [...file.text.matchAll(STATIC)].map(([, type, specifier = '']) => ({
    specifier,
    typeOnly: type !== undefined,
  }));
  const dynamic = [...file.text.matchAll(DYNAMIC)].map(([, specifier = '']) => ({
    specifier,
    typeOnly: false,
  }));
  return [...fixed, ...dynamic].map((found) => ({ ...found, target: resolve(file.path, found.specifier) }));
}

function resolve(from: string, specifier: string): string {
  if (specifier.startsWith('#')) return specifier.slice(1);
  if (specifier.startsWith('.')) return path.posix.join(path.posix.dirname(from), specifier);
  if (specifier.startsWith('node:')) return specifier;
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}
