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
    rule: 'four files stand directly in server/',
    refused: { 'server/tokens.ts': '' },
    allowed: { 'server/errors.ts': '' },
  },
  {
    rule: 'file names in a domain are a closed set',
    refused: { 'server/tokens/manager.ts': '' },
    allowed: {
      'server/tokens/queries.ts': '',
      'server/tokens/rotate.ts': '',
      'server/tokens/expiry.test.ts': '',
    },
  },
  {
    rule: 'a domain has no folders',
    refused: { 'server/tokens/rules/rules.ts': '' },
    allowed: { 'server/tokens/rules.ts': '' },
  },
  {
    rule: 'names that say nothing are refused',
    refused: { 'server/http/utils.ts': '' },
    allowed: { 'server/http/problem.ts': '' },
  },
  {
    rule: 'file names are in kebab-case',
    refused: { 'server/http/staticPages.ts': '' },
    allowed: { 'server/http/static-pages.ts': '', 'app/(desk)/users/[id]/page.tsx': '' },
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
    refused: { 'server/http/page.tsx': '' },
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
    refused: { 'server/tokens/schema.ts': load('#server/errors.ts') },
    allowed: { 'server/tokens/schema.ts': load('zod') + load('#server/users/schema.ts') },
  },
  {
    rule: 'rules.ts imports schemas, errors and types only',
    refused: { 'server/tokens/rules.ts': load('./queries.ts') },
    allowed: {
      'server/tokens/rules.ts':
        load('./schema.ts') + load('#server/errors.ts') + loadType('#server/access/principal.ts'),
    },
  },
  {
    rule: 'queries.ts imports the database and types only',
    refused: { 'server/tokens/queries.ts': load('./commands.ts') },
    allowed: { 'server/tokens/queries.ts': load('drizzle-orm') + load('#db/schema/tokens.ts') },
  },
  {
    rule: 'commands hold no SQL',
    refused: { 'server/tokens/commands.ts': load('drizzle-orm') },
    allowed: { 'server/tokens/commands.ts': load('./queries.ts') + loadType('#db/client.ts') },
  },
  {
    rule: 'a verb file may hold its own SQL, but does not reach into another domain',
    refused: { 'server/tokens/list.ts': load('#server/users/queries.ts') },
    allowed: {
      'server/tokens/list.ts': load('drizzle-orm') + load('#db/schema/tokens.ts') + load('./queries.ts'),
    },
  },
  {
    rule: 'a command calls the commands of another domain, never its queries',
    refused: { 'server/tokens/rotate.ts': load('#server/users/queries.ts') },
    allowed: { 'server/tokens/rotate.ts': load('#server/users/commands.ts') },
  },
  {
    rule: 'a router calls its own domain',
    refused: { 'server/tokens/router.ts': load('#server/users/commands.ts') },
    allowed: { 'server/tokens/router.ts': load('./commands.ts') + load('#server/trpc/init.ts') },
  },
  {
    rule: 'doors hold no SQL',
    refused: { 'server/http/pages.ts': load('drizzle-orm/pg-core') },
    allowed: { 'server/http/pages.ts': load('sirv') },
  },
  {
    rule: 'doors do not import the database',
    refused: { 'server/jobs/prune.ts': load('#db/client.ts') },
    allowed: { 'server/jobs/prune.ts': load('#server/tokens/commands.ts') },
  },
  {
    rule: 'what stands behind the doors imports none',
    refused: { 'server/access/authenticate.ts': load('#server/http/request.ts') },
    allowed: { 'server/main.ts': load('./http/server.ts') },
  },
  {
    rule: 'the web app takes schemas and types from the server',
    refused: { 'components/tokens/list.tsx': load('#server/tokens/rules.ts') },
    allowed: {
      'components/tokens/list.tsx': load('#server/tokens/schema.ts') + loadType('#server/trpc/app-router.ts'),
    },
  },
  {
    rule: 'an inline type import still runs the module, so the web app may not use it',
    refused: { 'app/layout.tsx': "import { type AppRouter } from '#server/trpc/app-router.ts';\n" },
    allowed: { 'app/layout.tsx': "import type { AppRouter } from '#server/trpc/app-router.ts';\n" },
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
    refused: { 'server/http/server.ts': load('./pages') },
    allowed: { 'server/http/server.ts': load('./pages.ts') },
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
    refused: { 'server/sessions/seal.ts': load('lucia'), 'server/access/authenticate.ts': load('lucia') },
    allowed: { 'server/sessions/seal.ts': load('lucia') },
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
