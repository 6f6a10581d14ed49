import type { Command } from 'commander';
import { withSession } from '#cli/client/password-session.ts';
import { agentReferences, findAgent } from '#cli/client/token-reference.ts';
import { resolveUser } from '#cli/client/user-reference.ts';
import { openContext, type Context } from '#cli/context.ts';
import { asPerson, assertByPassword, inSession, type SessionOptions } from '#cli/session-options.ts';
import { confirmOr } from '#cli/terminal/prompts.ts';
import { clean } from '#cli/terminal/text.ts';
import type { AgentView } from '#server/credentials/agents/schema.ts';

interface ConfirmOptions {
  yes?: boolean;
}

interface TransferOptions extends SessionOptions, ConfirmOptions {}

/** What changes an agent that there is. */
export function addAgentChanges(agent: Command): void {
  agent
    .command('pause')
    .description('Refuse an agent for a while: its connection closes at once')
    .argument('<agent>', agentReferences)
    .requiredOption('--reason <text>', 'why, for its owner and the audit log')
    .option('-y, --yes', 'do not ask')
    .action((reference: string, options: ConfirmOptions & { reason: string }, command: Command) =>
      pause(openContext(command), reference, options),
    );
  agent
    .command('resume')
    .description('Let a paused agent work on')
    .argument('<agent>', agentReferences)
    .action((reference: string, _, command: Command) =>
      change(openContext(command), reference, { call: 'POST', path: '/resume', done: 'Resumed' }),
    );
  addTransfer(agent);
  addSwitches(agent);
  agent
    .command('delete')
    .description('Delete an agent and revoke its secrets, for good')
    .argument('<agent>', agentReferences)
    .option('-y, --yes', 'do not ask')
    .action((reference: string, options: ConfirmOptions, command: Command) =>
      remove(openContext(command), reference, options),
    );
}

function addTransfer(agent: Command): void {
  agent
    .command('transfer')
    .description('Give an agent another owner, within whose role it works from then on')
    .argument('<agent>', agentReferences)
    .argument('<user>', 'an e-mail address, an id, or a name that only one has')
    .option('-y, --yes', 'do not ask')
    .option('--password', 'by e-mail and password, where the agent could do more for its new owner')
    .option('--email <address>', 'with --password: whose')
    .action((reference: string, user: string, options: TransferOptions, command: Command) =>
      transfer(openContext(command), { reference, user, ...options }),
    );
}

function addSwitches(agent: Command): void {
  agent
    .command('disable')
    .description('Switch an agent off')
    .argument('<agent>', agentReferences)
    .option('-y, --yes', 'do not ask')
    .action((reference: string, options: ConfirmOptions, command: Command) =>
      disable(openContext(command), reference, options),
    );
  inSession(agent.command('enable').description('Switch an agent on again'))
    .argument('<agent>', agentReferences)
    .action((reference: string, options: SessionOptions, command: Command) =>
      enable(openContext(command), reference, options),
    );
}

async function change(
  context: Context,
  reference: string,
  { call, path = '', body, done }: { call: string; path?: string; body?: object; done: string },
): Promise<void> {
  const api = context.api();
  const { id } = await findAgent(api, reference, context.out);
  const changed = await api.send<AgentView>(`${call} /api/v1/agents/${id}${path}`, body && { body });
  say(context, changed, done);
}

async function pause(
  context: Context,
  reference: string,
  { reason, yes }: ConfirmOptions & { reason: string },
): Promise<void> {
  const message = `Pause ${reference}? It is refused at once.`;
  await confirmOr(yes, { message, undo: 'keyward agent resume' });
  await change(context, reference, { call: 'POST', path: '/pause', body: { reason }, done: 'Paused' });
}

async function transfer(
  context: Context,
  { reference, user, yes, ...options }: TransferOptions & { reference: string; user: string },
): Promise<void> {
  const { out } = context;
  await confirmOr(yes, {
    message: `Give ${reference} to ${user}? It works within their role from then on.`,
    undo: 'keyward agent transfer',
  });
  const changed = await asPerson(context, options, async (api) => {
    const { id: userId } = await resolveUser(api, user, out);
    const { id } = await findAgent(api, reference, out);
    return await api.send<AgentView>(`POST /api/v1/agents/${id}/transfer`, { body: { userId } });
  });
  say(context, changed, `Transferred to ${clean(changed.owner.label)}:`);
}

async function disable(context: Context, reference: string, { yes }: ConfirmOptions): Promise<void> {
  const message = `Switch off ${reference}? It is refused at once.`;
  await confirmOr(yes, { message, undo: 'keyward agent enable' });
  await change(context, reference, { call: 'PATCH', body: { enabled: false }, done: 'Switched off' });
}

async function enable(context: Context, reference: string, options: SessionOptions): Promise<void> {
  assertByPassword(context, options, { done: 'An agent is switched on', page: '/agents' });
  const changed = await withSession(context, options.email, async (session) => {
    const { id } = await findAgent(session, reference, context.out);
    return await session.send<AgentView>(`PATCH /api/v1/agents/${id}`, { body: { enabled: true } });
  });
  say(context, changed, 'Switched on');
}

async function remove(context: Context, reference: string, { yes }: ConfirmOptions): Promise<void> {
  const api = context.api();
  const { id, name } = await findAgent(api, reference, context.out);
  await confirmOr(yes, { message: `Delete "${clean(name)}"? Its secrets stop working, for good.` });
  await api.send(`DELETE /api/v1/agents/${id}`);
  context.out.done(`Deleted "${clean(name)}"`);
  if (context.out.json) context.out.printJson({ id, name, status: 'deleted' });
}

function say({ out }: Context, agent: AgentView, done: string): void {
  if (out.json) out.printJson(agent);
  out.done(`${done} "${clean(agent.name)}"`);
}
