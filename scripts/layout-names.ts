import path from 'node:path';
import type { Fault, SourceFile } from './layout-imports.ts';

const ROOT_FOLDERS = 'app server db components e2e public cli trust docs scripts bench .ci'.split(' ');
const ROOT_FILES = [
  'package.json package-lock.json next.config.ts postcss.config.mjs tsconfig.json knip.json',
  '.gitignore .gitattributes .dockerignore .npmrc .oxlintrc.json .oxfmtrc.json .env.example',
  'README.md LICENSE SECURITY.md CHANGELOG.md Dockerfile compose.yaml',
].flatMap((line) => line.split(' '));

/** What builds, wires and listens; not to be imported. */
const ROOT = 'main runtime routes'.split(' ');
/** What everything in server/ stands on. */
const GROUND = 'config settings setting-schemas errors secret account-schema escape-html'.split(' ');
/** From the top down: a room imports from its own storey and from those below. */
export const STOREYS = 'doors gateway people credentials oversight core'.split(' ');
/** Engines, whose parts are no steps of a command. */
const NAMED_FREELY = 'doors oversight core'.split(' ');
const ROOM_FILES = 'schema names rules queries view commands router'.split(' ');
const VERBS = [
  'accept activate approve call cancel change check close compare consume count deactivate deliver describe discover end enrol enroll exchange expire export',
  'find identify import install introspect invite issue link list lock login meter name narrow notify pause pin promote prune publish read recognise record',
  'recover redeem refresh render renew request restore retire revoke rotate scan schedule',
  'seal send serve settle sign stage start stream sweep sync test track transfer unseal verify watch write',
].flatMap((line) => line.split(' '));

/** Named by what they wrap, so that it is found. */
const WRAPPERS = 'lucia password'.split(' ');

const VAGUE = 'util utils helper helpers lib libs common shared misc types service services index'.split(' ');
const KEBAB = /^\.?[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+(-[a-z0-9]+)*)*$/;
const NEXT_FOLDER = /^(\([a-z-]+\)|\[[a-z-]+\])$/;
const MIGRATION = /^\d{4}_[a-z]+(_[a-z0-9]+)+\.sql$/;
const MAX_LINES = 300;

export interface Room {
  storey: string;
  room: string;
}

export type Place = Room | 'root' | 'ground' | 'testing' | undefined;

/** Where in server/ a file stands; undefined for one that stands elsewhere, or in no room. */
export function placeOf(file: string): Place {
  const [top, storey = '', room, ...rest] = file.split('/');
  if (top !== 'server') return undefined;
  if (storey === 'testing') return 'testing';
  if (room === undefined) return ROOT.includes(stemOf(file)) ? 'root' : 'ground';
  return STOREYS.includes(storey) && rest.length > 0 ? { storey, room } : undefined;
}

export function stemOf(file: string): string {
  return path.posix.basename(file).replace(/(\.test)?\.\w+$/, '');
}

/** What is wrong with where a file stands and what it is called; one sentence each. */
export function nameFaults(file: SourceFile): string[] {
  return [rootFault, serverFault, vagueFault, caseFault, migrationFault, tsxFault, lengthFault]
    .map((rule) => rule(file))
    .filter((fault) => fault !== undefined);
}

function rootFault({ path: file }: SourceFile): Fault {
  const [top = '', ...rest] = file.split('/');
  const known = rest.length > 0 ? ROOT_FOLDERS : ROOT_FILES;
  if (!known.includes(top)) return `"${top}" is not one of the top-level names.`;
}

function serverFault({ path: file }: SourceFile): Fault {
  const [top, ...rest] = file.split('/');
  if (top !== 'server' || file.endsWith('.test.ts')) return;
  const direct = [...ROOT, ...GROUND];
  if (rest.length === 1 && !direct.includes(stemOf(file)))
    return `Only ${direct.join(', ')} stand directly in server/.`;
  const place = placeOf(file);
  if (!place) return `A room is a folder in one of ${STOREYS.join(', ')}.`;
  if (typeof place === 'string' || NAMED_FREELY.includes(place.storey)) return;
  if (rest.length > 3) return 'A room has no folders of its own.';
  const [verb = ''] = stemOf(file).split('-');
  if (![...ROOM_FILES, ...WRAPPERS].includes(stemOf(file)) && !VERBS.includes(verb))
    return `A room holds ${ROOM_FILES.join(', ')} and files named by a verb (rotate.ts), not "${stemOf(file)}".`;
}

function vagueFault({ path: file }: SourceFile): Fault {
  if (file.startsWith('public/') || !/\.(tsx?|mjs)$/.test(file)) return;
  const vague = [...path.posix.dirname(file).split('/'), stemOf(file)].find((name) => VAGUE.includes(name));
  if (vague) return `"${vague}" says nothing; name it after what it holds.`;
}

function caseFault({ path: file }: SourceFile): Fault {
  if (file.startsWith('public/') || !file.includes('/')) return;
  const odd = file.split('/').find((name) => !KEBAB.test(name) && !NEXT_FOLDER.test(name));
  if (odd && !MIGRATION.test(odd) && odd !== 'README.md') return `"${odd}" is not in kebab-case.`;
}

function migrationFault({ path: file }: SourceFile): Fault {
  if (file.startsWith('db/migrations/') && !MIGRATION.test(path.posix.basename(file)))
    return 'A migration is named NNNN_verb_noun.sql.';
}

function tsxFault({ path: file }: SourceFile): Fault {
  if (file.endsWith('.tsx') && !/^(app|components)\//.test(file))
    return 'Node cannot run .tsx; only app/ and components/ hold it.';
}

function lengthFault({ path: file, text }: SourceFile): Fault {
  const lines = text.split('\n').length - 1;
  if (/\.(tsx?|mjs)$/.test(file) && lines > MAX_LINES) return `${lines} lines; the limit is ${MAX_LINES}.`;
}

/** Two people who each add the next migration get a sentence here, not a surprise in production. */
export function migrationFaults(files: SourceFile[]): string[] {
  const numbers = files
    .filter(({ path: file }) => file.startsWith('db/migrations/'))
    .map(({ path: file }) => Number.parseInt(path.posix.basename(file), 10))
    .toSorted((a, b) => a - b);
  const wrong = numbers.find((number, at) => number !== at + 1);
  return wrong === undefined ? [] : [`Migrations count 1, 2, 3 …; ${wrong} is out of order or there twice.`];
}
