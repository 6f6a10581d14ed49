import type { Command } from 'commander';
import { choiceOf, tenantStatuses } from '#cli/choices.ts';
import { listAll, type Api } from '#cli/client/api.ts';
import { CliError, usage } from '#cli/client/errors.ts';
import { isUuid } from '#cli/client/token-reference.ts';
import { addExamples } from '#cli/command-help.ts';
import { openContext, type Context } from '#cli/context.ts';
import type { Output } from '#cli/terminal/output.ts';
import { confirmOr } from '#cli/terminal/prompts.ts';
import { clean } from '#cli/terminal/text.ts';
import { dayOf } from '#cli/terminal/times.ts';
import type { CreatedTenantView, TenantPageView, TenantView } from '#server/people/tenants/schema.ts';

interface CreateOptions {
  name?: string;
  adminEmail?: string;
  adminName?: string;
}

const references = 'its short name or its id';

export function addTenant(program: Command): void {
  const tenant = program.command('tenant').description('For platform admins: the tenants of this Keyward');
  tenant
    .command('list')
    .description('List the tenants')
    .addOption(choiceOf('--status <status>', 'only these', tenantStatuses))
    .option('--search <text>', 'part of a name or of a short name')
    .action((options: object, command: Command) => list(openContext(command), options));
  const create = tenant
    .command('create')
    .description('Make a tenant')
    .argument('<slug>', 'its short name: lower-case letters, digits and hyphens')
    .option('--name <name>', 'what it is called (default: its short name)')
    .option('--admin-email <address>', 'its first admin, who gets a link')
    .option('--admin-name <name>', 'what they are called')
    .action((slug: string, options: CreateOptions, command: Command) =>
      createTenant(openContext(command), slug, options),
    );
  addExamples(create, [
    [
      'keyward tenant create acme --name "Acme Ltd" --admin-email eve@acme.example --admin-name Eve',
      'with its admin',
    ],
  ]);
  addChanges(tenant);
}

function addChanges(tenant: Command): void {
  const changing = (name: string, description: string) =>
    tenant.command(name).description(description).argument('<tenant>', references);
  changing('suspend', 'Suspend a tenant: all of it is refused at once')
    .requiredOption('--reason <text>', 'why, for its page and the audit log')
    .option('-y, --yes', 'do not ask')
    .action((reference: string, options: { reason: string; yes?: boolean }, command: Command) =>
      suspend(openContext(command), reference, options),
    );
  changing('resume', 'Resume a suspended tenant').action((reference: string, _, command: Command) =>
    change(openContext(command), reference, { call: 'resume', done: 'Resumed' }),
  );
  changing('delete', 'Delete a tenant: it can be restored for 30 days, and is then erased')
    .option('-y, --yes', 'do not ask')
    .action((reference: string, { yes }: { yes?: boolean }, command: Command) =>
      remove(openContext(command), reference, yes),
    );
  changing('restore', 'Restore a deleted tenant').action((reference: string, _, command: Command) =>
    change(openContext(command), reference, { call: 'restore', done: 'Restored' }),
  );
}

async function list(context: Context, filter: object): Promise<void> {
  const { out } = context;
  const page = await listAll<TenantPageView>(context.api(), 'GET /api/v1/tenants', { ...filter, limit: 200 });
  if (out.json) return out.printJson(page);
  if (page.items.length === 0) return out.note('No tenant is like that.');
  showTenants(out, page.items);
}

function showTenants(out: Output, tenants: TenantView[]): void {
  const { green, yellow, red, dim } = out.paint;
  const paints = { active: green, suspended: yellow, deleted: red, purged: dim };
  out.table(tenants, [
    { title: 'SLUG', value: ({ slug }) => slug, paint: out.paint.bold },
    { title: 'NAME', value: ({ name }) => name, flexible: true },
    { title: 'STATUS', value: ({ status }) => status, paint: (text, { status }) => paints[status](text) },
    { title: 'PEOPLE', value: ({ counts }) => String(counts.users) },
    { title: 'TOKENS', value: ({ counts }) => String(counts.tokens) },
    { title: 'KEYS', value: ({ counts }) => String(counts.keys) },
    { title: 'AGENTS', value: ({ counts }) => String(counts.agents) },
    { title: 'ERASED', value: ({ purgeAt }) => (purgeAt ? dayOf(purgeAt) : '–') },
  ]);
}

async function createTenant(
  context: Context,
  slug: string,
  { name = slug, adminEmail: email, adminName }: CreateOptions,
): Promise<void> {
  const { out } = context;
  if (adminName !== undefined && email === undefined)
    throw usage('Whose name is that?', 'Say --admin-email too.');
  const admin = email === undefined ? undefined : { email, name: adminName ?? email.split('@')[0] };
  const body = { slug, name, admin };
  const made = await context.api().send<CreatedTenantView>('POST /api/v1/tenants', { body });
  if (out.json) return out.printJson(made);
  out.done(`Made the tenant "${clean(made.tenant.name)}" (${clean(made.tenant.slug)})`);
  if (made.inviteUrl === null) return;
  out.note(`Give ${clean(email ?? '')} this link; it is not shown again:`);
  out.print(clean(made.inviteUrl));
}

async function suspend(
  context: Context,
  reference: string,
  { reason, yes }: { reason: string; yes?: boolean },
): Promise<void> {
  const tenant = await findTenant(context.api(), reference);
  const message = `Suspend "${clean(tenant.name)}"? All of it is refused at once.`;
  await confirmOr(yes, { message, undo: 'keyward tenant resume' });
  await change(context, tenant.id, { call: 'suspend', done: 'Suspended', body: { reason } });
}

async function remove(context: Context, reference: string, yes: boolean | undefined): Promise<void> {
  const api = context.api();
  const { id, slug, name } = await findTenant(api, reference);
  const message = `Delete "${clean(name)}"? It is refused at once and erased in 30 days.`;
  await confirmOr(yes, { message, undo: 'keyward tenant restore' });
  const deleted = await api.send<TenantView>(`DELETE /api/v1/tenants/${id}`, { body: { confirm: slug } });
  if (context.out.json) return context.out.printJson(deleted);
  context.out.done(`Deleted "${clean(name)}"; it is erased on ${dayOf(deleted.purgeAt ?? '')}`);
}

async function change(
  context: Context,
  reference: string,
  { call, done, body }: { call: string; done: string; body?: object },
): Promise<void> {
  const api = context.api();
  const { id } = await findTenant(api, reference);
  const changed = await api.send<TenantView>(`POST /api/v1/tenants/${id}/${call}`, body && { body });
  if (context.out.json) return context.out.printJson(changed);
  context.out.done(`${done} "${clean(changed.name)}" (${clean(changed.slug)})`);
}

async function findTenant(api: Api, reference: string): Promise<TenantView> {
  if (isUuid(reference)) return await api.send<TenantView>(`GET /api/v1/tenants/${reference}`);
  const query = { search: reference.slice(0, 100), limit: 200 };
  const { items } = await listAll<TenantPageView>(api, 'GET /api/v1/tenants', query);
  const found = items.find(({ slug }) => slug === reference);
  if (found) return found;
  throw new CliError('refused', `There is no tenant "${reference}".`, { hint: 'See: keyward tenant list' });
}
