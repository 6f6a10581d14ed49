import { type Fault, type Import, importsOf, type SourceFile } from './layout-imports.ts';
import { domainOf, DOORS, stemOf } from './layout-names.ts';

const isAnyOf = (target: string, ...starts: string[]) => starts.some((start) => target.startsWith(start));
const SQL_PACKAGES = ['drizzle-orm', 'pg'];
const isTest = (file: string) => file.endsWith('.test.ts') || file.startsWith('server/testing/');
const isSchema = (target: string) => /^server\/.+\/schema\.ts$/.test(target);
const isDoor = (target: string) => DOORS.some((door) => target.startsWith(`server/${door}/`));
const isSql = (target: string) =>
  SQL_PACKAGES.includes(target) || isAnyOf(target, 'db/client.ts', 'db/schema/');
const isOurs = (target: string) => /^(app|server|db|components|e2e|cli|scripts|bench)\//.test(target);

/** What is wrong with what a file imports and reads; one sentence each. */
export function borderFaults(file: SourceFile): string[] {
  const imports = importsOf(file);
  const rules = [endingFault, mainFault, folderFault, ...(isTest(file.path) ? [] : [doorFault, domainFault])];
  const faults = imports.flatMap((found) => rules.map((rule) => rule(file.path, found)));
  return [...faults, environmentFault(file)].filter((fault) => fault !== undefined);
}

function endingFault(_: string, { specifier }: Import): Fault {
  if (/^[.#]/.test(specifier) && !/\.(tsx?|mjs|css|json|md|sql|svg|png)$/.test(specifier))
    return `"${specifier}" needs its ending (.ts): Node does not guess it.`;
}

function mainFault(_: string, { target }: Import): Fault {
  if (target === 'server/main.ts') return 'Nobody imports server/main.ts.';
}

function folderFault(file: string, { target, typeOnly }: Import): Fault {
  const from = (folder: string) => file.startsWith(`${folder}/`);
  if (from('db') && target.startsWith('server/') && !isTest(file)) return 'db/ imports nothing of server/.';
  if (from('app') || from('components') || from('cli')) {
    if (target.startsWith('db/')) return `${file.split('/')[0]}/ imports nothing of db/.`;
    if (target.startsWith('server/') && !typeOnly && !isSchema(target) && !isTest(file))
      return `Of server/, only schema.ts files and types ("import type") may be used here, not ${target}.`;
  }
  if (from('components/ui') && isOurs(target) && !target.startsWith('components/ui/'))
    return `Primitives know no feature and no data: ${target}.`;
  if (target.startsWith('app/') && !from('app')) return 'Nobody imports pages.';
}

function doorFault(file: string, { target, typeOnly }: Import): Fault {
  if (isDoor(file) && isSql(target) && !typeOnly)
    return `A door holds no SQL: ${target} belongs in a domain's queries.ts.`;
  const isComposition = isDoor(file) || !file.startsWith('server/') || file === 'server/main.ts';
  if (
    !isComposition &&
    isDoor(target) &&
    !typeOnly &&
    stemOf(file) !== 'router' &&
    file !== 'server/runtime.ts'
  )
    return `What stands behind the doors does not import one: ${target}.`;
}

function domainFault(file: string, found: Import): Fault {
  const domain = domainOf(file);
  if (!domain) return;
  const role = stemOf(file);
  const mayImport = ALLOWED[role] ?? mayVerbImport;
  if (!mayImport(found, `server/${domain}/`))
    return `${role}.ts may not import ${found.typeOnly ? 'the type of ' : ''}${found.target} (docs/architecture.md).`;
}

type Allowed = (found: Import, own: string) => boolean;

const mayCommandImport: Allowed = ({ target, typeOnly }, own) => {
  if (!isOurs(target) || typeOnly || isSchema(target)) return !SQL_PACKAGES.includes(target);
  if (target.startsWith('db/')) return !isSql(target);
  if (isAnyOf(target, own, 'server/access/', 'server/audit/', 'server/credentials/', 'server/errors.ts'))
    return true;
  return domainOf(target) !== undefined && !['queries', 'router', 'rules'].includes(stemOf(target));
};

const mayQueryImport: Allowed = ({ target, typeOnly }, own) =>
  target === 'drizzle-orm' ||
  isSchema(target) ||
  isAnyOf(target, 'db/', `${own}rules.ts`, 'server/errors.ts') ||
  (typeOnly && isOurs(target));

const mayVerbImport: Allowed = (found, own) => mayCommandImport(found, own) || mayQueryImport(found, own);

const ALLOWED: Record<string, Allowed> = {
  schema: ({ target }) => target === 'zod' || isSchema(target),
  rules: ({ target, typeOnly }) =>
    isSchema(target) ||
    ['server/errors.ts', 'server/access/permissions.ts'].includes(target) ||
    (typeOnly && isOurs(target)),
  queries: mayQueryImport,
  commands: mayCommandImport,
  router: ({ target, typeOnly }, own) =>
    target === 'zod' ||
    typeOnly ||
    isSchema(target) ||
    isAnyOf(target, own, 'server/trpc/', 'server/errors.ts'),
};

function environmentFault({ path: file, text }: SourceFile): Fault {
  const reads =
    /\bprocess\.env\b/.test(text) || /import\s*{[^}]*\benv\b[^}]*}\s*from\s*'node:process'/.test(text);
  if (reads && /^(server|db)\//.test(file) && !isTest(file) && file !== 'server/config.ts')
    return 'Only server/config.ts reads process.env.';
}

export function luciaFaults(files: SourceFile[]): string[] {
  const users = files
    .filter((file) => importsOf(file).some(({ target }) => target === 'lucia'))
    .map((file) => file.path);
  return users.length > 1 ? [`Lucia is frozen, so one file imports it, not ${users.join(' and ')}.`] : [];
}
