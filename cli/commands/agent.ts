import { InvalidArgumentError, type Command } from 'commander';
import { showAgent, showAgents } from '#cli/agent-view.ts';
import { agentStatuses, assertPermissions, choiceOf } from '#cli/choices.ts';
import { listAll, type Api } from '#cli/client/api.ts';
import { withSession } from '#cli/client/password-session.ts';
import { agentReferences, findAgent } from '#cli/client/token-reference.ts';
import { resolveUser } from '#cli/client/user-reference.ts';
import { addExamples } from '#cli/command-help.ts';
import { openContext, type Context } from '#cli/context.ts';
import { collect, readResources } from '#cli/options.ts';
import { assertByPassword, inSession, type SessionOptions } from '#cli/session-options.ts';
import { clean } from '#cli/terminal/text.ts';
import { momentOf } from '#cli/terminal/times.ts';
import type {
  AgentPageView,
  CreatedAgentView,
  IssuedAgentCodeView,
} from '#server/credentials/agents/schema.ts';
import { addAgentChanges } from './agent-changes.ts';
import { addAgentMachine } from './agent-machine.ts';
import { addAgentRotate } from './agent-rotate.ts';

interface ListOptions {
  status?: string;
  search?: string;
  owner?: string;
  resource?: string;
}

interface CodeOptions extends SessionOptions {
  minutes?: number;
  raw?: boolean;
}

interface CreateOptions extends CodeOptions {
  name: string;
  description?: string;
  permission?: string[];
  reach?: string[];
  owner?: string;
  rotationDays?: number;
}

export function addAgent(program: Command): void {
  const agent = program
    .command('agent')
    .description('Agents: machines with a secret of their own that is rotated while they run');
  addList(agent);
  agent
    .command('show')
    .description('Show an agent, and how its last rotation went')
    .argument('<agent>', agentReferences)
    .action((reference: string, _, command: Command) => show(openContext(command), reference));
  addCreate(agent);
  addCode(agent);
  addAgentMachine(agent);
  addAgentRotate(agent);
  addAgentChanges(agent);
}

function addList(agent: Command): void {
  const command = agent
    .command('list')
    .description('List the agents')
    .addOption(choiceOf('--status <status>', 'only these', agentStatuses))
    .option('--search <text>', 'part of a name, or the start of a prefix')
    .option('--owner <user>', 'only those that act for this person')
    .option('--resource <type:id>', 'only those that reach this')
    .action((options: ListOptions, command: Command) => list(openContext(command), options));
  addExamples(command, [['keyward agent list --status rotation_stuck', 'what needs a person']]);
}

function addCreate(agent: Command): void {
  const command = inSession(
    agent.command('create').description('Make an agent: prints the code that its machine enrolls with'),
  )
    .requiredOption('--name <name>', 'lower-case letters, digits, dots, hyphens and underscores')
    .option('--description <text>', 'what it is for')
    .option('--permission <name>', 'what it may do; say it again for more (default: profile:read)', collect)
    .option('--reach <type:id>', 'what it may reach, or type:* for all; say it again for more', collect)
    .option('--owner <user>', 'for whom it acts (default: you)')
    .option(
      '--rotation-days <number>',
      'how often its secret is replaced (default: as the tenant has it)',
      readWhole,
    )
    .option('--minutes <number>', 'how long the code works (default: 10, at most 1440)', readWhole)
    .option('--raw', 'print the code and nothing else')
    .action((options: CreateOptions, command: Command) => create(openContext(command), options));
  addExamples(command, [
    ['keyward agent create --name build-1 --password --email you@example.com', 'by password'],
    ['keyward agent create --name build-1 --raw --password --email you@example.com > code', 'for a script'],
  ]);
}

function addCode(agent: Command): void {
  inSession(agent.command('code').description('Make another code, to enroll an agent again'))
    .argument('<agent>', agentReferences)
    .option('--minutes <number>', 'how long it works (default: 10, at most 1440)', readWhole)
    .option('--raw', 'print the code and nothing else')
    .action((reference: string, options: CodeOptions, command: Command) =>
      issueCode(openContext(command), reference, options),
    );
}

function readWhole(text: string): number {
  if (/^[1-9]\d{0,4}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('Say a whole number of at least 1.');
}

async function list(context: Context, { owner, ...filter }: ListOptions): Promise<void> {
  const { out } = context;
  const api = context.api();
  const ownerId = owner === undefined ? undefined : (await resolveUser(api, owner, out)).id;
  const query = { ...filter, owner: ownerId, limit: 200 };
  const page = await listAll<AgentPageView>(api, 'GET /api/v1/agents', query);
  if (out.json) return out.printJson(page);
  if (page.items.length > 0) return showAgents(out, page.items);
  out.note(
    Object.values(query).some((value) => typeof value === 'string')
      ? 'No agent is like that.'
      : 'There are no agents yet.',
  );
}

async function show(context: Context, reference: string): Promise<void> {
  const agent = await findAgent(context.api(), reference, context.out);
  if (context.out.json) context.out.printJson(agent);
  else showAgent(context.out, agent);
}

const inLastingSession = <T>(
  context: Context,
  { email }: SessionOptions,
  work: (session: Api) => Promise<T>,
) => withSession(context, email, work, { isLeftOpen: true });

const byPerson = (done: string) => ({ done, page: '/agents' });

async function create(context: Context, options: CreateOptions): Promise<void> {
  const { name, description, permission, reach = [], owner, rotationDays, minutes } = options;
  const permissions = assertPermissions(permission);
  const body = { name, description, permissions, resources: readResources(reach), rotationDays, minutes };
  assertByPassword(context, options, byPerson('An agent is made'));
  const made = await inLastingSession(context, options, async (session) => {
    const ownerId = owner === undefined ? undefined : (await resolveUser(session, owner, context.out)).id;
    return await session.send<CreatedAgentView>('POST /api/v1/agents', { body: { ...body, ownerId } });
  });
  handOverCode(context, made, { raw: options.raw, sentence: `Agent "${clean(name)}" made` });
}

async function issueCode(context: Context, reference: string, options: CodeOptions): Promise<void> {
  assertByPassword(context, options, byPerson('A code is made'));
  const { minutes } = options;
  const issued = await inLastingSession(context, options, async (session) => {
    const { id } = await findAgent(session, reference, context.out);
    return await session.send<IssuedAgentCodeView>(`POST /api/v1/agents/${id}/code`, { body: { minutes } });
  });
  handOverCode(context, issued, { raw: options.raw, sentence: 'Code made; an earlier one has ended' });
}

/** The code alone on stdout, what to do with it beside it. */
function handOverCode(
  context: Context,
  issued: IssuedAgentCodeView,
  { raw, sentence }: { raw: boolean | undefined; sentence: string },
): void {
  const { out } = context;
  if (raw) return out.print(clean(issued.code));
  if (out.json) return out.printJson(issued);
  out.done(`${sentence}. The code works once, until ${momentOf(issued.expiresAt)}.`);
  out.note(`On its machine: keyward agent enroll <code> --server ${context.server()}`);
  out.note('');
  out.print(clean(issued.code));
}
