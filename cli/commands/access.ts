import type { Command } from 'commander';
import { listAll } from '#cli/client/api.ts';
import { addExamples } from '#cli/command-help.ts';
import { openContext, type Context } from '#cli/context.ts';
import { readResource } from '#cli/options.ts';
import type { Column } from '#cli/terminal/table.ts';
import { until } from '#cli/terminal/times.ts';
import type { ReachPageView } from '#server/credentials/access-review/schema.ts';

type Reaching = ReachPageView['items'][number];

const kinds: Record<Reaching['kind'], string> = { user: 'person', pat: 'token', key: 'key', agent: 'agent' };

const columns: Column<Reaching>[] = [
  { title: 'WHO', value: ({ label }) => label, flexible: true },
  { title: 'KIND', value: ({ kind }) => kinds[kind] },
  { title: 'WHY', value: whyOf },
  { title: 'OWNER OR MAKER', value: ({ owner }) => owner?.label ?? '—', flexible: true },
  {
    title: 'EXPIRES',
    value: ({ kind, expiresAt }) => (kind === 'user' ? '—' : until(expiresAt, Date.now())),
  },
];

export function addAccess(program: Command): void {
  const command = program
    .command('access')
    .description('List who can reach a resource, and why')
    .argument('<type:id>', 'the resource, such as flow:nightly-report')
    .action((resource: string, _, command: Command) => access(openContext(command), resource));
  addExamples(command, [['keyward access llm_model:openai/gpt-5', 'who can call this model']]);
}

async function access({ out, api }: Context, text: string): Promise<void> {
  const { type, id } = readResource(text);
  const found = await listAll<ReachPageView>(api(), 'GET /api/v1/access', { type, id, limit: 200 });
  if (out.json) return out.printJson(found);
  if (found.items.length > 0) return out.table(found.items, columns);
  out.note('No one can reach it.');
}

function whyOf({ reason }: Reaching): string {
  const words: Record<Reaching['reason'], string> = {
    id: 'names it',
    prefix: 'names all of its server or provider',
    '*': 'reaches all of its type',
    role: 'by role',
  };
  return words[reason];
}
