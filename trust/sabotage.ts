import { existsSync, readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from '#scripts/workplace.mjs';
import type { Patch, Sabotage } from './promise.ts';

const variable = 'TRUST_SABOTAGE';

/** What the servers of a control load differently. */
interface Changes {
  replacements: readonly Replacement[];
  patches: readonly Patch[];
}

/** A module whose functions take the place of those of the same names in another. Files count from the root of the repository. */
export interface Replacement {
  file: string;
  target: string;
  names: readonly string[];
}

/** What a control changes. Throws for a replacement that cannot be read. */
export function changesOf(control: Sabotage): Changes {
  return {
    replacements: 'replaced' in control ? control.replaced.map(readReplacement) : [],
    patches: 'patches' in control ? control.patches : [],
  };
}

/** The file of `trust/controls/` by its name. Throws where it does not say what it replaces, or not as tsc can check it. */
export function readReplacement(name: string): Replacement {
  const file = `trust/controls/${name}.ts`;
  const text = readText(file);
  const [, target] = /^import (?:type )?\* as original from '#(.+)';$/m.exec(text) ?? [];
  if (target === undefined) throw new Error(`${file} does not import its target as \`original\``);
  const names = [...text.matchAll(/^export const (\w+): typeof original\.\1\b/gm)].flatMap(
    ([, name = '']) => name,
  );
  if (names.length === 0 || names.length !== text.match(/^export /gm)?.length)
    throw new Error(`${file} has to export functions, each as \`const name: typeof original.name\``);
  return { file, target, names };
}

/** The settings that make a server load files with the changes. Throws for one that does not fit its file. */
export function sabotageSettings(changes: Changes): Record<string, string> {
  const [misfit] = misfits(changes);
  if (misfit !== undefined) throw new Error(misfit);
  if (changes.replacements.length + changes.patches.length === 0) return {};
  return {
    NODE_OPTIONS: `--import=${pathToFileURL(import.meta.filename).href}`,
    [variable]: JSON.stringify(changes),
  };
}

/** One sentence for each change that does not fit its file exactly once. */
export function misfits({ replacements, patches }: Changes): string[] {
  const undeclared = replacements.flatMap(({ file, target, names }) =>
    names.flatMap((name) => {
      const times = [...readText(target).matchAll(declarationOf(name))].length;
      return times === 1
        ? []
        : [`${file} replaces ${name}, which ${target} declares ${times} times, not once`];
    }),
  );
  const unfound = patches.flatMap(({ file, find }) => {
    const times = readText(file).split(find).length - 1;
    return times === 1 ? [] : [`${file} holds this ${times} times, not once: ${JSON.stringify(find)}`];
  });
  return [...undeclared, ...unfound];
}

function readText(file: string): string {
  const place = path.join(root, file);
  if (!existsSync(place)) throw new Error(`there is no ${file}`);
  return readFileSync(place, 'utf8');
}

const urlOf = (file: string) => pathToFileURL(path.join(root, file)).href;

/** At the top level of a module. */
const declarationOf = (name: string) =>
  new RegExp(String.raw`^(?:export )?((?:async )?(?:function\*? |const ))${name}\b`, 'gm');

const patchText = (text: string, { find, replace }: Patch) => text.replace(find, () => replace);

/** Who imports the module gets the replacement, and so does the module itself. */
function replaceFunctions(text: string, { file, names }: Replacement): string {
  const renamed = names.reduce((kept, name) => kept.replace(declarationOf(name), `$1original_${name}`), text);
  return `${renamed}\nimport { ${names.join()} } from '${urlOf(file)}';\nexport { ${names.join()} };\n`;
}

/** In the server: production code has no switch for any of this. */
function changeWhatIsLoaded({ replacements, patches }: Changes): void {
  const patchesOf = Map.groupBy(patches, ({ file }) => urlOf(file));
  const replacementsOf = Map.groupBy(replacements, ({ target }) => urlOf(target));
  const targetOf = new Map(replacements.map(({ file, target }) => [urlOf(file), urlOf(target)]));
  registerHooks({
    /** What a replacement imports of its target is the target as it is. */
    resolve(specifier, context, nextResolve) {
      const resolved = nextResolve(specifier, context);
      const isOriginal = targetOf.get(context.parentURL ?? '') === resolved.url;
      return isOriginal ? { ...resolved, url: `${resolved.url}?original` } : resolved;
    },
    load(url, context, nextLoad) {
      const loaded = nextLoad(url, context);
      if (!patchesOf.has(url) && !replacementsOf.has(url)) return loaded;
      const patched = (patchesOf.get(url) ?? []).reduce(patchText, readFileSync(new URL(url), 'utf8'));
      return { ...loaded, source: (replacementsOf.get(url) ?? []).reduce(replaceFunctions, patched) };
    },
  });
}

const given = process.env[variable];
if (given) changeWhatIsLoaded(JSON.parse(given) as Changes);
