import { readFileSync } from 'node:fs';
import { readNamedFile } from '#cli/read-file.ts';
import { assertProfileName, profileOf, type Config, type Profile } from './config.ts';
import { usage } from './errors.ts';
import { parseServer } from './server-address.ts';

/** What every command takes; commander's names of the options. */
export interface Globals {
  json?: boolean;
  quiet?: boolean;
  color?: boolean;
  debug?: boolean;
  server?: string;
  profile?: string;
  tokenFile?: string;
  insecureHttp?: boolean;
  /** In milliseconds. */
  timeout?: number;
}

/** As `process.env`, or what a test has in place of it. */
export type Environment = Record<string, string | undefined>;

export type TokenOrigin = 'file' | 'environment' | 'profile';

/** Which server is meant, as whom. */
export interface Access {
  server: string | undefined;
  /** The profile that is meant, whether or not there is one of that name. */
  profileName: string;
  /** That profile, where it is one of this server. */
  profile: Profile | undefined;
  token: string | undefined;
  tokenOrigin: TokenOrigin | undefined;
  insecureHttp: boolean;
}

/**
 * Flag, then environment, then profile. A profile's token goes to that profile's server only: with another server named, the
 * profile that is one of that server counts, or none does.
 */
export function resolveAccess(globals: Globals, env: Environment, config: Config): Access {
  const given = globals.server ?? (env['KEYWARD_SERVER'] || undefined);
  const asked = given === undefined ? undefined : parseServer(given);
  const named = globals.profile ?? (env['KEYWARD_PROFILE'] || undefined);
  const profileName = named === undefined ? profileFor(asked, config) : assertProfileName(named);
  const found = profileOf(config, profileName);
  const profile = found && (asked === undefined || found.server === asked) ? found : undefined;
  const fromOutside = tokenFromOutside(globals, env);
  return {
    server: asked ?? profile?.server,
    profileName,
    profile,
    token: fromOutside?.token ?? profile?.token,
    tokenOrigin: fromOutside?.origin ?? (profile?.token === undefined ? undefined : 'profile'),
    insecureHttp: globals.insecureHttp ?? profile?.insecureHttp ?? false,
  };
}

function profileFor(server: string | undefined, { current, profiles }: Config): string {
  if (server === undefined || profileOf({ current, profiles }, current)?.server === server) return current;
  return Object.keys(profiles).find((name) => profiles[name]?.server === server) ?? current;
}

function tokenFromOutside({ tokenFile }: Globals, env: Environment) {
  if (tokenFile !== undefined)
    return { token: assertSendable(readTokenFile(tokenFile), tokenFile), origin: 'file' as const };
  const token = env['KEYWARD_TOKEN']?.trim();
  return token
    ? { token: assertSendable(token, 'KEYWARD_TOKEN'), origin: 'environment' as const }
    : undefined;
}

function readTokenFile(path: string): string {
  const text = path === '-' ? readFileSync(0, 'utf8') : readNamedFile(path, `--token-file: ${path}`);
  return text.trim();
}

/** What a header can carry: anything else would be quoted in an error of Node's. */
export function assertSendable(token: string, where: string): string {
  if (/^[!-~]{1,500}$/.test(token)) return token;
  throw usage(`What ${where} holds is not a token.`, 'A token looks like kw_pat_… and is one line.');
}
