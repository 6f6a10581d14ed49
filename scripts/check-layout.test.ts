import assert from 'node:assert/strict';
import test from 'node:test';
import { layoutFaults } from './check-layout.ts';

interface Case {
  rule: string;
  refused: Record<string, string>;
  allowed: Record<string, string>;
}

const load = (specifier: string) => `import { x } from '${specifier}';\n`;
const loadType = (specifier: string) => `import type { X } from '${specifier}';\n`;

/** Files of which each imports the next, and the last the first. */
const circleOf = (...names: string[]) =>
  Object.fromEntries(
    names.map((name, at) => [`cli/${name}.ts`, load(`./${names[(at + 1) % names.length]}.ts`)]),
  );

const NAMES: Case[] = [
  {
    rule: 'top-level folders are a closed set',
    refused: { 'src/main.ts': '' },
    allowed: { 'server/main.ts': '' },
  },
  {
    rule: 'top-level files are a closed set',
    refused: { 'notes.md': '' },
    allowed: { 'README.md': '' },
  },
  {
    rule: 'the files directly in server/ are a closed set',
    refused: { 'server/tokens.ts': '' },
    allowed: { 'server/errors.ts': '' },
  },
  {
    rule: 'file names in a room are a closed set',
    refused: { 'server/credentials/tokens/manager.ts': '' },
    allowed: {
      'server/credentials/tokens/queries.ts': '',
      'server/credentials/tokens/rotate.ts': '',
      'server/credentials/tokens/expiry.test.ts': '',
    },
  },
  {
    rule: 'a room has no folders',
    refused: { 'server/credentials/tokens/rules/rules.ts': '' },
    allowed: { 'server/credentials/tokens/rules.ts': '' },
  },
  {
    rule: 'names that say nothing are refused',
    refused: { 'server/doors/http/utils.ts': '' },
    allowed: { 'server/core/procedures/problem.ts': '' },
  },
  {
    rule: 'a document names no source file that is not there',
    refused: { 'docs/deploying.md': 'See `notices/rules.ts`.' },
    allowed: {
      'docs/deploying.md': 'See `tokens/rules.ts`, `rules.ts` and `NNNN_verb_noun.sql`.',
      'server/credentials/tokens/rules.ts': '',
    },
  },
  {
    rule: 'file names are in kebab-case',
    refused: { 'server/doors/http/staticPages.ts': '' },
    allowed: { 'server/doors/http/static-pages.ts': '', 'app/(desk)/users/[id]/page.tsx': '' },
  },
  {
    rule: 'migrations are named NNNN_verb_noun.sql',
    refused: { 'db/migrations/1-people.sql': '' },
    allowed: { 'db/migrations/0001_create_people.sql': '' },
  },
  {
    rule: 'migrations count up from one without a gap',
    refused: { 'db/migrations/0001_create_people.sql': '', 'db/migrations/0003_create_tokens.sql': '' },
    allowed: { 'db/migrations/0001_create_people.sql': '', 'db/migrations/0002_create_tokens.sql': '' },
  },
  {
    rule: 'two migrations never share a number',
    refused: { 'db/migrations/0001_create_people.sql': '', 'db/migrations/0001_create_tokens.sql': '' },
    allowed: { 'db/migrations/0001_create_people.sql': '' },
  },
  {
    rule: 'only the web app holds .tsx',
    refused: { 'server/doors/http/page.tsx': '' },
    allowed: { 'components/ui/button.tsx': '' },
  },
  {
    rule: 'a file has at most 300 lines',
    refused: { 'server/errors.ts': 'x;\n'.repeat(301) },
    allowed: { 'server/errors.ts': 'x;\n'.repeat(300) },
  },
];

const BORDERS: Case[] = [
  {
    rule: 'schema.ts imports zod and other schemas only',
    refused: { 'server/credentials/tokens/schema.ts': load('#server/errors.ts') },
    allowed: { 'server/credentials/tokens/schema.ts': load('zod') + load('#server/core/access/schema.ts') },
  },
  {
    rule: 'rules.ts imports schemas, errors and types only',
    refused: { 'server/credentials/tokens/rules.ts': load('./queries.ts') },
    allowed: {
      'server/credentials/tokens/rules.ts':
        load('./schema.ts') + load('#server/errors.ts') + loadType('#server/core/access/principal.ts'),
    },
  },
  {
    rule: 'queries.ts imports the database and types only',
    refused: { 'server/credentials/tokens/queries.ts': load('./commands.ts') },
    allowed: { 'server/credentials/tokens/queries.ts': load('drizzle-orm') + load('#db/schema/tokens.ts') },
  },
  {
    rule: 'commands hold no SQL',
    refused: { 'server/credentials/tokens/commands.ts': load('drizzle-orm') },
    allowed: { 'server/credentials/tokens/commands.ts': load('./queries.ts') + loadType('#db/client.ts') },
  },
  {
    rule: 'a verb file may hold its own SQL, but does not reach into that of a lower storey',
    refused: { 'server/people/users/list-users.ts': load('#server/credentials/tokens/queries.ts') },
    allowed: {
      'server/credentials/tokens/list.ts':
        load('drizzle-orm') + load('#db/schema/tokens.ts') + load('./queries.ts'),
    },
  },
  {
    rule: 'a command calls the commands of a lower storey, never its queries',
    refused: { 'server/people/offboarding/end-access.ts': load('#server/credentials/tokens/queries.ts') },
    allowed: {
      'server/people/offboarding/end-access.ts':
        load('#server/credentials/tokens/commands.ts') + load('#server/people/users/queries.ts'),
    },
  },
  {
    rule: 'a router calls its own storey',
    refused: { 'server/people/users/router.ts': load('#server/credentials/tokens/commands.ts') },
    allowed: {
      'server/credentials/tokens/router.ts':
        load('./commands.ts') + load('#server/core/procedures/builders.ts'),
    },
  },
  {
    rule: 'doors hold no SQL',
    refused: { 'server/doors/pages/pages.ts': load('drizzle-orm/pg-core') },
    allowed: { 'server/doors/pages/pages.ts': load('sirv') },
  },
  {
    rule: 'doors do not import the database',
    refused: { 'server/doors/jobs/prune.ts': load('#db/client.ts') },
    allowed: { 'server/doors/jobs/prune.ts': load('#server/credentials/tokens/commands.ts') },
  },
  {
    rule: 'what stands behind the doors imports none',
    refused: { 'server/core/authentication/authenticate.ts': load('#server/doors/http/request.ts') },
    allowed: { 'server/main.ts': load('./doors/http/server.ts') },
  },
  {
    rule: 'a room imports nothing of a storey above it, no type either',
    refused: { 'server/credentials/tokens/commands.ts': loadType('#server/people/users/schema.ts') },
    allowed: { 'server/people/users/commands.ts': loadType('#server/credentials/tokens/schema.ts') },
  },
  {
    rule: 'the ground imports no room',
    refused: { 'server/errors.ts': loadType('#server/core/access/schema.ts') },
    allowed: { 'server/config.ts': load('#server/errors.ts') },
  },
  {
    rule: 'what wires the server is not imported',
    refused: { 'server/core/access/context.ts': loadType('#server/runtime.ts') },
    allowed: { 'server/main.ts': load('#server/runtime.ts') },
  },
  {
    rule: 'rooms of one storey form no circle',
    refused: {
      'server/people/users/commands.ts': load('#server/people/invites/commands.ts'),
      'server/people/invites/commands.ts': loadType('#server/people/users/schema.ts'),
    },
    allowed: {
      'server/people/users/commands.ts': load('#server/core/access/context.ts'),
      'server/people/invites/commands.ts': loadType('#server/people/users/schema.ts'),
    },
  },
  {
    rule: 'no more than four files form a circle',
    refused: circleOf('a', 'b', 'c', 'd', 'e'),
    allowed: circleOf('a', 'b', 'c', 'd'),
  },
  {
    rule: 'only doors/trpc imports routers',
    refused: { 'server/doors/rest/door.ts': load('#server/people/users/router.ts') },
    allowed: { 'server/doors/trpc/app-router.ts': load('#server/people/users/router.ts') },
  },
  {
    rule: 'the web app takes schemas and types from the server',
    refused: { 'components/tokens/list.tsx': load('#server/credentials/tokens/rules.ts') },
    allowed: {
      'components/tokens/list.tsx':
        load('#server/credentials/tokens/schema.ts') + loadType('#server/doors/trpc/app-router.ts'),
    },
  },
  {
    rule: 'an inline type import still runs the module, so the web app may not use it',
    refused: { 'app/layout.tsx': "import { type AppRouter } from '#server/doors/trpc/app-router.ts';\n" },
    allowed: { 'app/layout.tsx': "import type { AppRouter } from '#server/doors/trpc/app-router.ts';\n" },
  },
  {
    rule: 'primitives know no feature',
    refused: { 'components/ui/button.tsx': load('#components/tokens/list.tsx') },
    allowed: { 'components/ui/button.tsx': load('./spinner.tsx') },
  },
  {
    rule: 'db imports nothing of server, dynamically neither',
    refused: { 'db/migrate.ts': "const config = await import('#server/config.ts');\n" },
    allowed: { 'db/migrate.ts': load('./client.ts') },
  },
  {
    rule: 'nobody imports the composition root',
    refused: { 'server/main.test.ts': load('#server/main.ts') },
    allowed: { 'server/main.test.ts': load('#server/runtime.ts') },
  },
  {
    rule: 'a module is named with its ending',
    refused: { 'server/doors/http/server.ts': load('./pages') },
    allowed: { 'server/doors/http/server.ts': load('./pages.ts') },
  },
  {
    rule: 'imports over several lines count',
    refused: { 'db/client.ts': "import {\n  a,\n  b,\n} from '#server/errors.ts';\n" },
    allowed: { 'db/client.ts': "import {\n  a,\n  b,\n} from 'pg';\n" },
  },
  {
    rule: 'only server/config.ts reads the environment',
    refused: { 'db/client.ts': 'process.env.DATABASE_URL;\n' },
    allowed: { 'server/config.ts': 'process.env.DATABASE_URL;\n', 'scripts/seed.ts': 'process.env.CI;\n' },
  },
  {
    rule: 'one file imports lucia',
    refused: {
      'server/people/sign-in/seal.ts': load('lucia'),
      'server/core/authentication/authenticate.ts': load('lucia'),
    },
    allowed: { 'server/people/sign-in/seal.ts': load('lucia') },
  },
];

const asFiles = (tree: Record<string, string>) =>
  Object.entries(tree).map(([path, text]) => ({ path, text }));

for (const { rule, refused, allowed } of [...NAMES, ...BORDERS]) {
  test(rule, () => {
    assert.equal(layoutFaults(asFiles(refused)).length, 1, layoutFaults(asFiles(refused)).join('\n'));
    assert.deepEqual(layoutFaults(asFiles(allowed)), []);
  });
}
