import type { Command } from 'commander';
import { assertPermissions } from '#cli/choices.ts';
import type { Api } from '#cli/client/api.ts';
import { CliError } from '#cli/client/errors.ts';
import { fetchIdentity } from '#cli/client/sign-in.ts';
import { findKey, findOwnToken, isUuid } from '#cli/client/token-reference.ts';
import { addExamples } from '#cli/command-help.ts';
import { openContext, type Context } from '#cli/context.ts';
import { readResource } from '#cli/options.ts';
import type { Output } from '#cli/terminal/output.ts';
import { clean } from '#cli/terminal/text.ts';
import type { ExplanationView } from '#server/credentials/access-review/schema.ts';

interface ExplainOptions {
  permission?: string;
  resource?: string;
}

export function addExplain(program: Command): void {
  const command = program
    .command('explain')
    .description('Tell whether a token or key may do or reach something, and which rule decides')
    .argument('[credential]', 'its id, prefix or name (default: the token of this machine)')
    .option('--permission <name>', 'what it would do')
    .option('--resource <type:id>', 'what it would reach')
    .action((reference: string | undefined, options: ExplainOptions, command: Command) =>
      explain(openContext(command), reference, options),
    );
  addExamples(command, [
    [
      'keyward explain billing --permission llm:call --resource llm_model:openai/gpt-5',
      'why a key is refused',
    ],
  ]);
}

/** Exits with 1 where it may not, so that a script can ask. */
async function explain(
  context: Context,
  reference: string | undefined,
  { permission, resource }: ExplainOptions,
): Promise<void> {
  const { out } = context;
  const [asked] = assertPermissions(permission === undefined ? undefined : [permission]) ?? [];
  const api = context.api();
  const body = {
    credentialId: await findCredential(api, reference, out),
    permission: asked,
    resource: resource === undefined ? undefined : readResource(resource),
  };
  const found = await api.send<ExplanationView>('POST /api/v1/access/explain', { body });
  if (out.json) out.printJson(found);
  const hint = `Decided by: ${found.decidedBy}.`;
  if (!found.allowed) throw new CliError('refused', clean(found.sentence), { hint });
  if (out.json) return;
  out.print(clean(found.sentence));
  out.note(hint);
}

async function findCredential(api: Api, reference: string | undefined, out: Output): Promise<string> {
  if (reference === undefined) {
    const { credential } = await fetchIdentity(api);
    if (credential) return credential.id;
    throw new CliError('usage', 'Which token or key? This machine shows a session, not a token.');
  }
  if (isUuid(reference)) return reference;
  if (reference.startsWith('kw_pat_')) return (await findOwnToken(api, reference, out)).id;
  if (reference.startsWith('kw_key_')) return (await findKey(api, reference, out)).id;
  // A name: of one's own tokens first, which every one may list.
  const own = await findOwnToken(api, reference, out).catch((error: unknown) => asMissing(error));
  return (own ?? (await findKey(api, reference, out))).id;
}

function asMissing(error: unknown): undefined {
  if (error instanceof CliError && error.outcome === 'refused') return undefined;
  throw error;
}
