import { showAgents } from '#cli/agent-view.ts';
import type { Output } from '#cli/terminal/output.ts';
import { showAdminTokens, showKeys, showTokens } from '#cli/token-view.ts';
import { foldText } from '#server/core/access/schema.ts';
import type { AgentPageView, AgentView } from '#server/credentials/agents/schema.ts';
import type { KeyPageView, KeyView } from '#server/credentials/api-keys/schema.ts';
import type { AdminTokenPageView, AdminTokenView } from '#server/credentials/token-triage/schema.ts';
import type { TokenPageView, TokenView } from '#server/credentials/tokens/schema.ts';
import { listAll, type Api } from './api.ts';
import { CliError, usage } from './errors.ts';

const uuid = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i;
export const isUuid = (text: string) => uuid.test(text);
const searchLength = 100;

/** What a reference may say of a token, a key or an agent. */
interface Named {
  name: string;
  prefix: string | null;
  status: string;
}

/**
 * Those that a reference may mean: by name, those that still work before those that do not; and by the start of a prefix. Both,
 * since a name may look like the prefix of another token, and whoever revokes that one must not be given a decoy.
 */
export function pick<T extends Named>(tokens: T[], reference: string): T[] {
  const bare = reference.replace(/(…|\.\.\.)$/, '');
  const isNamed = ({ name }: T) => foldText(name) === foldText(reference);
  const named = tokens.filter(isNamed);
  const working = named.filter(({ status }) => status !== 'revoked' && status !== 'expired');
  const byName = working.length > 0 ? working : named;
  const byPrefix = tokens.filter(({ prefix }) => bare.startsWith('kw_') && prefix?.startsWith(bare));
  return [...new Set([...byName, ...byPrefix])];
}

/** One's own token by id, prefix or name. Throws where there is none, and `usage` with the list where there are several. */
export async function findOwnToken(api: Api, reference: string, out: Output): Promise<TokenView> {
  if (isUuid(reference)) return await api.send<TokenView>(`GET /api/v1/tokens/${reference}`);
  const search = assertReference(reference);
  const { items } = await listAll<TokenPageView>(api, 'GET /api/v1/tokens', { search, limit: 200 });
  return theOne(pick(items, reference), reference, { show: (several) => showTokens(out, several) });
}

/** Anyone's, for admins. */
export async function findAnyToken(api: Api, reference: string, out: Output): Promise<AdminTokenView> {
  if (isUuid(reference)) return await api.send<AdminTokenView>(`GET /api/v1/admin/tokens/${reference}`);
  const search = assertReference(reference);
  const { items } = await listAll<AdminTokenPageView>(api, 'GET /api/v1/admin/tokens', {
    search,
    limit: 200,
  });
  return theOne(pick(items, reference), reference, {
    show: (several) => showAdminTokens(out, several),
  });
}

/** An API key of the tenant's. */
export async function findKey(api: Api, reference: string, out: Output): Promise<KeyView> {
  if (isUuid(reference)) return await api.send<KeyView>(`GET /api/v1/api-keys/${reference}`);
  const search = assertReference(reference);
  const { items } = await listAll<KeyPageView>(api, 'GET /api/v1/api-keys', { search, limit: 200 });
  return theOne(pick(items, reference), reference, {
    show: (several) => showKeys(out, several),
    what: 'key',
  });
}

export const agentReferences = 'its id, its prefix (kw_agt_…) or its name';

/** An agent of the tenant's, or of one's own. */
export async function findAgent(api: Api, reference: string, out: Output): Promise<AgentView> {
  if (isUuid(reference)) return await api.send<AgentView>(`GET /api/v1/agents/${reference}`);
  const search = assertReference(reference, 'agent');
  const { items } = await listAll<AgentPageView>(api, 'GET /api/v1/agents', { search, limit: 200 });
  return theOne(pick(items, reference), reference, {
    show: (several) => showAgents(out, several),
    what: 'agent',
  });
}

function assertReference(reference: string, what: 'token' | 'agent' = 'token'): string {
  const search = reference.replace(/(…|\.\.\.)$/, '').trim();
  if (search && search.length <= searchLength) return search;
  throw usage(`Which ${what}?`, 'Name it by its id, its prefix (kw_…) or its name.');
}

function theOne<T extends Named>(
  found: T[],
  reference: string,
  { show, what = 'token' }: { show: (several: T[]) => void; what?: 'token' | 'key' | 'agent' },
): T {
  const [first, ...others] = found;
  if (!first)
    throw new CliError('refused', `There is no ${what} "${reference}".`, {
      hint: `See: keyward ${what} list`,
    });
  if (others.length === 0) return first;
  show(found);
  throw usage(
    `"${reference}" could be any of these ${found.length}.`,
    'Name it by more of its prefix, or by its id.',
  );
}
