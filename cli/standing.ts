import type { MeView } from '#server/core/sessions/schema.ts';
import type { Output } from './terminal/output.ts';
import { clean } from './terminal/text.ts';
import { validity } from './terminal/times.ts';

/** Who somebody is at a server, in words. */
export interface Standing {
  who: string;
  role: string;
  server: string;
  token: string | undefined;
  validity: string;
  expiresAt: string | null | undefined;
  /** A rotation replaced the token in use. */
  isReplaced: boolean;
  profile: string | undefined;
  permissions: string;
}

export function describeStanding(me: MeView, server: string, profile: string | undefined): Standing {
  const { user, credential } = me;
  return {
    who: whoOf(me),
    role: user?.role ?? 'none',
    server,
    token: credential ? `${clean(credential.name)} (${clean(credential.prefix)}…)` : undefined,
    validity: credential ? validity(credential, Date.now()) : 'a session',
    expiresAt: credential?.expiresAt,
    isReplaced: credential?.isReplaced ?? false,
    profile,
    permissions: wordsOfGrant(
      credential?.permissions[0] === '*' ? ['*'] : me.permissions,
      `the role ${user?.role}`,
    ),
  };
}

function whoOf({ user, key, agent }: MeView): string {
  if (user) return `${clean(user.name)} <${clean(user.email)}>`;
  if (key) return `API key ${clean(key.name)}`;
  return agent ? `agent ${clean(agent.name)}` : 'no one';
}

/** What a token may do. */
export function wordsOfGrant(permissions: readonly string[], whose: string): string {
  if (permissions[0] === '*') return `all that ${whose} may, except making tokens`;
  return permissions.join(', ') || 'none';
}

/** On stdout; in short, as what was just done is confirmed, on stderr. */
export function showStanding(out: Output, standing: Standing, { isShort = false } = {}): void {
  const { who, role, server, token, profile, permissions } = standing;
  if (isShort) {
    const lines = [
      `Role ${role}, ${standing.validity}`,
      token && `Token ${token}`,
      profile && `Profile ${profile}`,
    ];
    for (const line of lines.filter(Boolean)) out.note(`  ${line}`);
    return;
  }
  out.facts([
    ['Who', out.paint.bold(who)],
    ['Role', role],
    ['Server', server],
    ['Token', token],
    ['Status', paintValidity(out, standing)],
    ['May', permissions],
    ['Profile', profile],
  ]);
}

function paintValidity({ paint }: Output, { validity, expiresAt }: Standing): string {
  const left = expiresAt ? Date.parse(expiresAt) - Date.now() : Infinity;
  if (left <= 0) return paint.red(validity);
  return left < 7 * 86_400_000 ? paint.yellow(validity) : paint.green(validity);
}
