import type { Command } from 'commander';
import { findAnyToken, isUuid } from '#cli/client/token-reference.ts';
import { resolveUser } from '#cli/client/user-reference.ts';
import type { Context } from '#cli/context.ts';
import { readTime } from '#cli/options.ts';
import { clean } from '#cli/terminal/text.ts';
import type { AuditActionsView } from '#server/oversight/audit-log/schema.ts';

/** What part of the log is asked for, as it was typed. */
export interface AuditFilter {
  actor?: string;
  action?: string;
  resource?: string;
  credential?: string;
  outcome?: string;
  from?: string;
  to?: string;
  search?: string;
}

export function withFilter(command: Command): Command {
  return command
    .option('--actor <user>', 'who did it: their e-mail address, id or name')
    .option('--action <action>', 'token.revoke, or token.* for all about tokens')
    .option(
      '--resource <reference>',
      'what it was done to: an id, an e-mail address, a token’s prefix or name',
    )
    .option('--credential <token>', 'with which token: its id, prefix (kw_pat_…) or name')
    .option('--outcome <outcome>', 'ok, denied or failed')
    .option('--from <time>', 'not before: 2026-11-22, or 24h, 7d ago', readTime)
    .option('--to <time>', 'before', readTime)
    .option('--search <text>', 'beginnings of names, an address, a code, any id');
}

/** The same by ids, as the server takes it. Throws for what is nobody's, or could be several. */
export async function findIds(
  context: Context,
  filter: AuditFilter,
): Promise<Record<string, string | undefined>> {
  const { actor, resource, credential, ...others } = filter;
  if (filter.action !== undefined) await warnOfUnknown(context, filter.action);
  return {
    ...others,
    actor: await idOf(context, actor, resolveUser),
    credential: await idOf(context, credential, findAnyToken),
    resource: await idOf(context, resource, resource?.includes('@') ? resolveUser : findAnyToken),
  };
}

/** An id is taken as it is: what it was of may be gone, or nothing that has a name. */
async function idOf(
  { api, out }: Context,
  reference: string | undefined,
  find: typeof resolveUser | typeof findAnyToken,
): Promise<string | undefined> {
  if (reference === undefined || isUuid(reference)) return reference;
  return (await find(api(), reference, out)).id;
}

/** No refusal: an action may be waited for that has never happened yet. */
async function warnOfUnknown({ api, out }: Context, action: string): Promise<void> {
  const { actions } = await api().send<AuditActionsView>('GET /api/v1/audit/actions');
  const isHeld = action.endsWith('.*')
    ? actions.some((name) => name.startsWith(action.slice(0, -1)))
    : actions.includes(action);
  if (isHeld) return;
  const [noun] = action.split('.');
  const alike = actions.filter((name) => name.startsWith(`${noun}.`));
  const nouns = [...new Set(actions.map((name) => `${name.split('.')[0]}.*`))];
  const held = (alike.length > 0 ? alike : nouns).map(clean).join(', ');
  out.warn(`The log holds no action "${clean(action)}". It holds ${held}.`);
}
