import type { Command } from 'commander';
import { listAll } from '#cli/client/api.ts';
import { usage } from '#cli/client/errors.ts';
import { isUuid } from '#cli/client/token-reference.ts';
import { openContext, type Context } from '#cli/context.ts';
import { readLimit } from '#cli/options.ts';
import { confirmOr } from '#cli/terminal/prompts.ts';
import { clean } from '#cli/terminal/text.ts';
import { ago, until } from '#cli/terminal/times.ts';
import type { LinkPageView } from '#server/core/one-time-codes/schema.ts';

export function addAdminLink(admin: Command): void {
  const link = admin
    .command('link')
    .description('Open links: invites, reset links, chosen passwords and codes that still work');
  link
    .command('list')
    .description('List what was handed out and still works')
    .option('--limit <number>', 'how many at most', readLimit, 200)
    .action((options: { limit: number }, command: Command) => list(openContext(command), options));
  link
    .command('revoke')
    .description('Revoke an open link, so that it no longer works')
    .argument('<id>', 'its id, as the list shows it')
    .option('-y, --yes', 'do not ask')
    .action((id: string, options: { yes?: boolean }, command: Command) =>
      revoke(openContext(command), id, options),
    );
}

async function list(context: Context, { limit }: { limit: number }): Promise<void> {
  const query = { limit: Math.min(limit, 200) };
  const page = await listAll<LinkPageView>(context.api(), 'GET /api/v1/links', query, limit);
  const { out } = context;
  if (out.json) return out.printJson(page);
  if (page.items.length === 0) return out.note('No open links.');
  const now = Date.now();
  out.table(page.items, [
    { title: 'ID', value: ({ id }) => id },
    { title: 'KIND', value: ({ kind }) => kind, paint: out.paint.bold },
    { title: 'FOR', value: ({ user }) => user.email, flexible: true },
    { title: 'ISSUED BY', value: ({ issuedBy }) => issuedBy?.label ?? '–', flexible: true },
    { title: 'ISSUED', value: ({ createdAt }) => ago(createdAt, now) },
    { title: 'EXPIRES', value: ({ expiresAt }) => until(expiresAt, now) },
  ]);
  if (page.nextCursor !== null) out.note(`Showing the first ${limit}. Use --limit for more.`);
}

async function revoke(context: Context, id: string, { yes }: { yes?: boolean }): Promise<void> {
  if (!isUuid(id)) throw usage(`"${clean(id)}" is not the id of a link.`, 'See: keyward admin link list');
  await confirmOr(yes, { message: `Revoke link ${id}, for good?` });
  await context.api().send(`DELETE /api/v1/links/${id}`);
  if (context.out.json) context.out.printJson({ id, status: 'revoked' });
  context.out.done('Revoked: it no longer works');
}
