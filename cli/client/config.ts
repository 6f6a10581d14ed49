import { chmodSync, readFileSync, statSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { decodeText } from '#cli/read-file.ts';
import { CliError, usage } from './errors.ts';
import { writePrivateFile } from './private-file.ts';

/** How a profile came by its token: one that the program had made is ended when it signs out. */
export type TokenSource = 'login' | 'import' | 'setup';

export interface Profile {
  server: string;
  token?: string | undefined;
  /** The credential's id at the server, where it is known. */
  credentialId?: string | undefined;
  email?: string | undefined;
  role?: string | undefined;
  source?: TokenSource | undefined;
  /** Whoever signed in agreed to plain http. */
  insecureHttp?: boolean | undefined;
}

export interface Config {
  current: string;
  profiles: Record<string, Profile>;
}

export interface ConfigFile {
  path: string;
  config: Config;
  /** What was wrong with who may read it, and was put right. */
  repaired: string[];
}

const profileName = /^[a-z\d][\w.-]{0,63}$/i;
const isPosix = process.platform !== 'win32';

/** Where the platform keeps configuration; a relative path in `XDG_CONFIG_HOME` counts for nothing, as its standard says. */
export function configFolder(env: NodeJS.ProcessEnv = process.env): string {
  const xdg = env['XDG_CONFIG_HOME'] ?? '';
  if (path.isAbsolute(xdg)) return path.join(xdg, 'keyward');
  if (!isPosix && env['APPDATA']) return path.join(env['APPDATA'], 'keyward');
  return path.join(homeFolder(), '.config', 'keyward');
}

/** Throws where neither the environment nor the machine knows one: for a user without a name, as in a container. */
export function homeFolder(): string {
  try {
    return os.homedir();
  } catch {
    throw usage('This user has no home folder.', 'Set HOME, or XDG_CONFIG_HOME, to a folder of your own.');
  }
}

export function configPath(): string {
  return path.join(configFolder(), 'config.json');
}

export function profileOf(config: Config, name: string): Profile | undefined {
  return Object.hasOwn(config.profiles, name) ? config.profiles[name] : undefined;
}

export function assertProfileName(name: string): string {
  if (profileName.test(name)) return name;
  throw usage(
    `"${name}" is no name for a profile.`,
    'Letters, digits, dots, dashes and underscores, beginning with a letter or digit.',
  );
}

/**
 * Reads the file; no file is an empty one. If others may read or write it or its folder, that is put right and told. Throws
 * where it belongs to another user: they could have it send the token anywhere.
 */
export function loadConfig(): ConfigFile {
  const file = configPath();
  const repaired = isPosix ? guard(file) : [];
  let text: string;
  try {
    text = decodeText(readFileSync(file));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT')
      return { path: file, config: emptyConfig(), repaired };
    throw new CliError('refused', `${file} cannot be read: ${(error as Error).message}.`);
  }
  return { path: file, config: parseConfig(text, file), repaired };
}

const emptyConfig = (): Config => ({ current: 'default', profiles: {} });

function guard(file: string): string[] {
  return [
    [path.dirname(file), 0o700],
    [file, 0o600],
  ].flatMap(([name, mode]) => repairMode(String(name), Number(mode)) ?? []);
}

function repairMode(name: string, mode: number): string | undefined {
  const stat = statSync(name, { throwIfNoEntry: false });
  if (!stat) return;
  const uid = process.getuid?.();
  if (stat.uid !== uid && uid !== 0)
    throw new CliError(
      'refused',
      `${name} belongs to another user, who could read your token or send it elsewhere.`,
      {
        hint: `Take it over (chown), or remove it and sign in again: keyward auth login`,
      },
    );
  if ((stat.mode & 0o777 & ~mode) === 0) return;
  const found = (stat.mode & 0o777).toString(8).padStart(4, '0');
  chmodSync(name, mode);
  return `${name} was open to other users (mode ${found}); it is ${mode.toString(8).padStart(4, '0')} now.`;
}

function parseConfig(text: string, file: string): Config {
  const broken = new CliError('refused', `${file} is not a configuration of keyward.`, {
    hint: 'Remove it, then sign in again: keyward auth login',
  });
  let found: Partial<Config> | null;
  try {
    found = JSON.parse(text) as Partial<Config> | null;
  } catch {
    throw broken;
  }
  const { current = 'default', profiles = {} } = found ?? {};
  if (typeof current !== 'string' || typeof profiles !== 'object' || profiles === null) throw broken;
  if (!areProfiles(profiles)) throw broken;
  return { current, profiles };
}

function areProfiles(profiles: object): profiles is Config['profiles'] {
  return Object.entries(profiles).every(([name, profile]) => profileName.test(name) && isProfile(profile));
}

function isProfile(value: unknown): value is Profile {
  if (typeof value !== 'object' || value === null) return false;
  const { server, insecureHttp = false, ...rest } = value as Record<string, unknown>;
  if (typeof server !== 'string' || !/^https?:\/\//.test(server) || typeof insecureHttp !== 'boolean')
    return false;
  return ['token', 'credentialId', 'email', 'role', 'source'].every((name) =>
    ['undefined', 'string'].includes(typeof rest[name]),
  );
}

/** Reads, changes and writes the file. */
export function updateConfig(change: (config: Config) => void): ConfigFile {
  const loaded = loadConfig();
  change(loaded.config);
  // What a server says of somebody may be anything; a file that cannot be read again would cost all other profiles too.
  if (!areProfiles(loaded.config.profiles))
    throw new CliError('refused', 'What the server says of you cannot be kept. Nothing was changed.', {
      hint: 'Is it a Keyward server?',
    });
  writePrivateFile(loaded.path, `${JSON.stringify(loaded.config, null, 2)}\n`);
  return loaded;
}
