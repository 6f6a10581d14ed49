import type { SourceFile } from './layout-imports.ts';

const cited = /`((?:[\w.()-]+\/)*[\w.-]+\.(?:tsx?|mjs|sql))`/g;
const placeholder = 'NNNN_';

/** Source files that a document names, by a path or its end, and that are not there. */
export function citationFaults(files: SourceFile[]): string[] {
  const ends = new Set(files.flatMap(({ path }) => endsOf(path)));
  return files
    .filter(({ path }) => path.endsWith('.md'))
    .flatMap(({ path, text }) =>
      Array.from(text.matchAll(cited), ([, name = '']) => name)
        .filter((name) => !name.startsWith(placeholder) && !ends.has(name))
        .map((name) => `${path}: names ${name}, which is not there`),
    );
}

/** `a/b.ts`: `a/b.ts` and `b.ts`. */
function endsOf(path: string): string[] {
  const parts = path.split('/');
  return parts.map((_, index) => parts.slice(index).join('/'));
}
