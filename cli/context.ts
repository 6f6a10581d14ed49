import type { Command } from 'commander';
import { resolveAccess, type Access, type Globals } from './client/access.ts';
import { createApi, type Api } from './client/api.ts';
import { loadConfig, type ConfigFile } from './client/config.ts';
import { CliError, usage } from './client/errors.ts';
import { assertPrivateWay } from './client/server-address.ts';
import { remindOfExpiry } from './expiry-reminder.ts';
import { createOutput, type Output } from './terminal/output.ts';
import { isInteractive } from './terminal/prompts.ts';

/** What a command works with. */
export interface Context {
  globals: Globals;
  out: Output;
  /** The configuration and what it means for this call; read once. */
  file(): ConfigFile;
  access(): Access;
  /** The server that is meant. Throws where none is known. */
  server(): string;
  /** Has another server be meant from here on. */
  useServer(address: string): void;
  /** Has a profile be meant that was just written. */
  useProfile(name: string): void;
  /** Asks the server as whoever is signed in. Throws `signedOut` where nobody is. */
  api(): Api;
  /** Asks the server as nobody, or with a token that is not kept yet. */
  apiWith(token?: string): Api;
}

export function outputOf({ json, quiet, color, debug }: Globals): Output {
  return createOutput({
    json: json ?? false,
    quiet: quiet ?? false,
    color: color ?? true,
    debug: debug ?? Boolean(process.env['KEYWARD_DEBUG']),
  });
}

export function openContext(command: Command): Context {
  const globals = command.optsWithGlobals<Globals>();
  const out = outputOf(globals);
  let file = once(() => loadAloud(out));
  const resolve = () => resolveAccess(globals, process.env, file().config);
  let access = once(resolve);
  const server = () => {
    const { server: found, insecureHttp } = access();
    if (found === undefined)
      throw usage(
        process.env['KEYWARD_SERVER'] === undefined ? 'Which server?' : 'KEYWARD_SERVER is empty.',
        'Name it: --server <address>, or KEYWARD_SERVER.',
      );
    assertPrivateWay(found, insecureHttp);
    return found;
  };
  const { timeout: timeoutMs } = globals;
  const apiWith = (token?: string) => createApi({ server: server(), token, out, timeoutMs });
  return {
    globals,
    out,
    file: () => file(),
    access: () => access(),
    server,
    useServer(address) {
      globals.server = address;
      access = once(resolve);
    },
    useProfile(name) {
      globals.profile = name;
      file = once(() => loadAloud(out));
      access = once(resolve);
    },
    apiWith,
    api() {
      const { token, profileName } = access();
      if (globals.profile !== undefined && !access().profile && !token) throw noProfile(profileName);
      if (token === undefined) throw signedOut(access().server && server());
      const asked = server();
      const tokenHint = hintOf(access(), asked);
      return createApi({
        server: asked,
        token,
        tokenHint,
        out,
        timeoutMs,
        onExpiring: (at) => remindOfExpiry(at, asked, out),
      });
    },
  };
}

function loadAloud(out: Output): ConfigFile {
  const loaded = loadConfig();
  for (const line of loaded.repaired) out.warn(line);
  if (loaded.repaired.length > 0)
    out.note('  If others may have read it, make a new token: keyward auth login');
  return loaded;
}

const signInHint = (server: string) => `Sign in: keyward auth login --server ${server}`;

/** In CI a secret that nobody set arrives as an empty variable, or not at all. */
function signedOut(server: string | undefined): CliError {
  const isEmpty = process.env['KEYWARD_TOKEN'] !== undefined;
  const said = isEmpty ? 'KEYWARD_TOKEN is empty.' : `You are not signed in${server ? ` to ${server}` : ''}.`;
  const signIn = signInHint(server ?? '<address>');
  const hint = isInteractive() ? signIn : `Set KEYWARD_TOKEN. Where there is a person: ${signIn}`;
  return new CliError('signedOut', said, {
    hint: isEmpty ? 'Set KEYWARD_TOKEN to a token, or unset it.' : hint,
  });
}

function noProfile(name: string): CliError {
  return usage(`There is no profile "${name}" for this.`, 'See: keyward profile list');
}

function hintOf({ tokenOrigin }: Access, server: string): string {
  if (tokenOrigin === 'environment')
    return 'The token is the one in KEYWARD_TOKEN: put one there that works, or unset it.';
  if (tokenOrigin === 'file') return 'The token is the one that --token-file names.';
  return signInHint(server);
}

function once<T>(make: () => T): () => T {
  let made: { value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}
