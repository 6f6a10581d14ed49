import { type Fault, type Import, importsOf, type SourceFile } from './layout-imports.ts';
import { placeOf, type Room, stemOf, STOREYS } from './layout-names.ts';

const isAnyOf = (target: string, ...starts: string[]) => starts.some((start) => target.startsWith(start));
const SQL_PACKAGES = ['drizzle-orm', 'pg'];
const isTest = (file: string) => file.endsWith('.test.ts') || file.startsWith('server/testing/');
const isSchema = (target: string) => /^server\/(.+\/schema|account-schema)\.ts$/.test(target);
const isGround = (target: string) => placeOf(target) === 'ground';
const isSql = (target: string) =>
  SQL_PACKAGES.includes(target) || isAnyOf(target, 'db/client.ts', 'db/schema/');
const isOurs = (target: string) => /^(app|server|db|components|e2e|cli|trust|scripts|bench)\//.test(target);
const isIn = (target: string, part: string) => target.startsWith(`server/${part}/`);

/** What is wrong with what a file imports and reads; one sentence each. */
export function borderFaults(file: SourceFile): string[] {
  const imports = importsOf(file);
  const rules = [endingFault, folderFault, ...(isTest(file.path) ? [] : [storeyFault, doorFault, roleFault])];
  const faults = imports.flatMap((found) => rules.map((rule) => rule(file.path, found)));
  return [...faults, environmentFault(file)].filter((fault) => fault !== undefined);
}

function endingFault(_: string, { specifier }: Import): Fault {
  if (/^[.#]/.test(specifier) && !/\.(tsx?|mjs|css|json|md|sql|svg|png)$/.test(specifier))
    return `"${specifier}" needs its ending (.ts): Node does not guess it.`;
}

function folderFault(file: string, { target, typeOnly }: Import): Fault {
  const from = (folder: string) => file.startsWith(`${folder}/`);
  if (target === 'server/main.ts') return 'server/main.ts is not to be imported.';
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

/** Types too: what a room needs of one above it, it declares itself. */
function storeyFault(file: string, { target }: Import): Fault {
  const [from, to] = [placeOf(file), placeOf(target)];
  if (from === undefined || to === undefined || from === 'root') return;
  // An operator's command is a program of its own.
  if (to === 'root' && isIn(file, 'doors/operator')) return;
  if (to === 'root') return `What wires the server is not to be imported: ${target}.`;
  if (to === 'testing') return `Only tests import ${target}.`;
  if (to === 'ground') return;
  if (from === 'ground') return `server/${stemOf(file)}.ts stands below all rooms: ${target}.`;
  if (typeof from === 'object' && STOREYS.indexOf(to.storey) < STOREYS.indexOf(from.storey))
    return `${from.storey}/ stands below ${to.storey}/: ${target}.`;
}

function doorFault(file: string, { target, typeOnly }: Import): Fault {
  if (isIn(file, 'doors') && isSql(target) && !typeOnly)
    return `A door holds no SQL: ${target} belongs in a room's queries.ts.`;
  if (stemOf(target) === 'router' && stemOf(file) !== 'router' && !isIn(file, 'doors/trpc'))
    return `Only doors/trpc imports routers: ${target}.`;
}

function roleFault(file: string, found: Import): Fault {
  const place = placeOf(file);
  if (typeof place !== 'object' || place.storey === 'doors') return;
  const role = stemOf(file);
  const mayImport = ALLOWED[role] ?? (place.storey === 'core' ? () => true : mayVerbImport);
  if (!mayImport(found, place))
    return `${role}.ts may not import ${found.typeOnly ? 'the type of ' : ''}${found.target} (docs/architecture.md).`;
}

type Allowed = (found: Import, own: Room) => boolean;

const isOwn = (target: string, { storey, room }: Room) => isIn(target, `${storey}/${room}`);

/** Rooms of one storey know each other; what a lower one asks of the database and decides by is its own. */
const mayCommandImport: Allowed = ({ target, typeOnly }, own) => {
  if (!isOurs(target) || typeOnly || isSchema(target)) return !SQL_PACKAGES.includes(target);
  if (target.startsWith('db/')) return !isSql(target);
  if (isIn(target, own.storey) || isIn(target, 'core') || isGround(target)) return true;
  return typeof placeOf(target) === 'object' && !['queries', 'router', 'rules'].includes(stemOf(target));
};

const mayQueryImport: Allowed = ({ target, typeOnly }, own) =>
  target === 'drizzle-orm' ||
  isSchema(target) ||
  isGround(target) ||
  target.startsWith('db/') ||
  // Conditions that rows of several rooms have to fulfil.
  (isIn(target, 'core') && stemOf(target) === 'queries') ||
  (isOwn(target, own) && ['rules', 'names'].includes(stemOf(target))) ||
  (typeOnly && isOurs(target));

const mayVerbImport: Allowed = (found, own) => mayCommandImport(found, own) || mayQueryImport(found, own);

/** Pure, like the rules that use them. */
const PURE = [
  'errors.ts',
  'core/access/permissions.ts',
  'core/access/resources.ts',
  'core/network/address.ts',
].map((file) => `server/${file}`);

const ALLOWED: Record<string, Allowed> = {
  schema: ({ target }) => target === 'zod' || isSchema(target) || target === 'server/core/audit/actions.ts',
  rules: ({ target, typeOnly }) => isSchema(target) || PURE.includes(target) || (typeOnly && isOurs(target)),
  queries: mayQueryImport,
  commands: mayCommandImport,
  router: ({ target, typeOnly }, { storey }) =>
    target === 'zod' ||
    typeOnly ||
    isSchema(target) ||
    target === 'server/errors.ts' ||
    isIn(target, storey) ||
    isIn(target, 'core/procedures'),
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
