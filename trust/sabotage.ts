import { readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from '#scripts/workplace.mjs';
import type { Patch } from './promise.ts';

const variable = 'TRUST_SABOTAGE';

/** The settings that make a server load files as the patches say. Throws for a patch that does not fit its file exactly once. */
export function sabotageSettings(patches: readonly Patch[]): Record<string, string> {
  if (patches.length === 0) return {};
  const [misfit] = misfits(patches);
  if (misfit !== undefined) throw new Error(misfit);
  return {
    NODE_OPTIONS: `--import=${pathToFileURL(import.meta.filename).href}`,
    [variable]: JSON.stringify(patches),
  };
}

/** One sentence for each patch that does not fit its file exactly once. */
export function misfits(patches: readonly Patch[]): string[] {
  return patches.flatMap(({ file, find }) => {
    const times = readFileSync(path.join(root, file), 'utf8').split(find).length - 1;
    return times === 1 ? [] : [`${file} holds this ${times} times, not once: ${JSON.stringify(find)}`];
  });
}

const applyTo = (text: string, { find, replace }: Patch) => text.replace(find, () => replace);

/** In the server: production code has no switch for any of this. */
function patchWhatIsLoaded(patches: readonly Patch[]): void {
  const byUrl = Map.groupBy(patches, ({ file }) => pathToFileURL(path.join(root, file)).href);
  registerHooks({
    load(url, context, nextLoad) {
      const loaded = nextLoad(url, context);
      const wanted = byUrl.get(url);
      if (!wanted) return loaded;
      return { ...loaded, source: wanted.reduce(applyTo, readFileSync(new URL(url), 'utf8')) };
    },
  });
}

const given = process.env[variable];
if (given) patchWhatIsLoaded(JSON.parse(given) as Patch[]);
