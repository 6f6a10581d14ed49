import type { KeyView } from '#server/credentials/api-keys/schema.ts';
import type { AdminTokenView } from '#server/credentials/token-triage/schema.ts';
import type { TokenStatus, TokenView } from '#server/credentials/tokens/schema.ts';
import { wordsOfGrant } from './standing.ts';
import type { Output } from './terminal/output.ts';
import type { Column } from './terminal/table.ts';
import { clean } from './terminal/text.ts';
import { ago, dayOf, momentOf, until } from './terminal/times.ts';

function statusPaint({ paint }: Output): Record<TokenStatus, (text: string) => string> {
  return {
    active: paint.green,
    expiring: paint.yellow,
    blocked: paint.red,
    expired: paint.red,
    disabled: paint.yellow,
    revoked: paint.dim,
  };
}

type Listed = Pick<TokenView, 'id' | 'name' | 'prefix' | 'status' | 'expiresAt' | 'lastUsedAt'>;

function columnsOf(out: Output, own?: string): Column<Listed>[] {
  const now = Date.now();
  const byStatus = statusPaint(out);
  return [
    {
      title: 'NAME',
      value: ({ id, name }) => (id === own ? `* ${name}` : name),
      paint: out.paint.bold,
      flexible: true,
    },
    { title: 'PREFIX', value: (token) => `${token.prefix}…` },
    { title: 'STATUS', value: (token) => token.status, paint: (text, { status }) => byStatus[status](text) },
    {
      title: 'EXPIRES',
      value: ({ expiresAt, status }) => (status === 'revoked' ? '—' : endOf(expiresAt, now)),
    },
    { title: 'LAST USED', value: ({ lastUsedAt }) => ago(lastUsedAt, now) },
  ];
}

const endOf = (expiresAt: string | null, now: number) =>
  expiresAt ? `${dayOf(expiresAt)} (${until(expiresAt, now)})` : 'never';

/** The one that this machine is signed in with has a star. */
export function showTokens(out: Output, tokens: TokenView[], own?: string): void {
  out.table(tokens, columnsOf(out, own));
  if (tokens.some(({ id }) => id === own)) out.note('* the token of this machine');
}

/** With whose each is. */
export function showAdminTokens(out: Output, tokens: AdminTokenView[]): void {
  const [name, ...rest]: Column<AdminTokenView>[] = columnsOf(out);
  if (name)
    out.table(tokens, [name, { title: 'OWNER', value: ({ owner }) => owner.email, flexible: true }, ...rest]);
}

/** With what each reaches. */
export function showKeys(out: Output, keys: KeyView[]): void {
  const columns: Column<KeyView>[] = columnsOf(out);
  out.table(keys, [...columns, { title: 'REACHES', value: wordsOfReach, flexible: true }]);
}

export function showKey(out: Output, key: KeyView): void {
  const now = Date.now();
  out.facts([
    ['Name', out.paint.bold(clean(key.name))],
    ['Id', key.id],
    ['Prefix', `${clean(key.prefix)}…`],
    ['Status', statusPaint(out)[key.status](key.status)],
    ['May', key.permissions.join(', ')],
    ...factsOfReach(key.resources),
    ['From', key.ipAllowlist.length > 0 ? key.ipAllowlist.map(clean).join(', ') : undefined],
    ['Made', `${ago(key.createdAt, now)} by ${clean(key.createdBy.label)}`],
    ['Expires', endOf(key.expiresAt, now)],
    ['Last used', ago(key.lastUsedAt, now)],
    ['Uses', String(key.useCount)],
    [
      'Rotated',
      key.rotation ? `the old secret works until ${momentOf(key.rotation.graceEndsAt)}` : undefined,
    ],
    ['Revoked', revocationOf(key)],
  ]);
}

/** What a machine may reach, a line a type. */
export function factsOfReach(resources: KeyView['resources']): [string, string][] {
  return Object.entries(resources).flatMap(([type, ids]): [string, string][] =>
    ids.length > 0 ? [[`Reaches ${type}`, ids === '*' ? 'all' : ids.map(clean).join(', ')]] : [],
  );
}

function wordsOfReach({ resources }: KeyView): string {
  const parts = Object.entries(resources).flatMap(([type, ids]) =>
    ids.length === 0 ? [] : [`${type} ${ids === '*' ? 'all' : ids.length}`],
  );
  return parts.join(', ') || 'nothing';
}

/** The secret alone on stdout, what is said about it beside it. */
export function handOver(out: Output, token: string, sentence: string): void {
  out.done(`${sentence}. Copy it now: it is not shown again.`);
  out.note('');
  const shown = clean(token);
  out.print(process.stdout.isTTY ? `  ${out.paint.bold(shown)}\n` : shown);
}

export function showToken(out: Output, token: TokenView | AdminTokenView): void {
  const now = Date.now();
  const at = (time: string | null) => (time ? `${ago(time, now)} (${momentOf(time)})` : 'never');
  const used = [token.lastUsedIp, token.lastUsedAgent]
    .filter((part) => part !== null)
    .map(clean)
    .join(', ');
  out.facts([
    ['Name', out.paint.bold(clean(token.name))],
    ['Owner', 'owner' in token ? `${clean(token.owner.name)} <${clean(token.owner.email)}>` : undefined],
    ['Id', token.id],
    ['Prefix', `${clean(token.prefix)}…`],
    [
      'Status',
      statusPaint(out)[token.status](token.status) + (token.held ? ' (an admin has to enable it)' : ''),
    ],
    ['May', wordsOfGrant(token.permissions, 'the role of its owner')],
    ['From', token.ipAllowlist.length > 0 ? token.ipAllowlist.map(clean).join(', ') : undefined],
    ['Created', at(token.createdAt)],
    ['Expires', endOf(token.expiresAt, now)],
    ['Last used', token.lastUsedAt ? `${at(token.lastUsedAt)}${used && `, ${used}`}` : 'never'],
    ['Uses', String(token.useCount)],
    [
      'Rotated',
      token.rotation ? `the old secret works until ${momentOf(token.rotation.graceEndsAt)}` : undefined,
    ],
    ['Revoked', revocationOf(token)],
  ]);
}

function revocationOf({
  revokedAt,
  revokedBy,
  revokeReason,
}: Pick<TokenView, 'revokedAt' | 'revokedBy' | 'revokeReason'>): string | undefined {
  if (!revokedAt) return undefined;
  const by = revokedBy ? ` by ${clean(revokedBy.label)}` : '';
  return `${momentOf(revokedAt)}${by}${revokeReason ? `: ${clean(revokeReason)}` : ''}`;
}
