import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseEnv } from 'node:util';
import { z } from 'zod';
import { Secret } from '#server/credentials/secret.ts';
import { emailSchema, newPasswordSchema } from '#server/users/schema.ts';

const port = z.coerce.number().int().min(0).max(65_535);
const size = z.coerce.number().int().min(1).max(10_000);
const range = z.union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()]);
const proxies = z.union([
  z.coerce.number().int().min(0).max(10),
  z
    .string()
    .transform((text) => text.split(',').map((part) => part.trim()))
    .pipe(z.array(range).min(1)),
]);
const webAddress = z
  .url({ protocol: /^https?$/ })
  .transform((text) => new URL(text))
  .refine(
    (url) => url.pathname === '/' && !url.search && !url.hash && !url.username,
    'no path, query or user',
  );

interface Setting {
  schema: z.ZodType;
  legal: string;
  says: string;
  /** Shown in the help where left out means something. */
  byDefault?: string;
  secret?: true;
}

/** Every setting there is, in the order in which they are explained. A secret can also be given by `…_FILE`. */
export const settings = {
  PORT: {
    schema: port.default(3000),
    legal: 'a port, 0 for any free one',
    says: 'Where to listen.',
    byDefault: '3000',
  },
  HOST: {
    schema: z.string().min(1).max(255).default('127.0.0.1'),
    legal: 'an address of this machine',
    says: 'Where to listen; 0.0.0.0 for every network.',
    byDefault: '127.0.0.1',
  },
  DATABASE_URL: {
    // Not `z.url`: one with a socket, `postgres://ada@/desk?host=/run/postgresql`, is no URL to WHATWG.
    schema: z
      .string()
      .regex(/^postgres(ql)?:\/\/\S+$/)
      // They would take the place of ours, by which the server works as a role of few rights.
      .refine((text) => !/[?&]options=/.test(text))
      .optional(),
    legal: 'postgres://user:password@host:port/database, without `options`',
    says: 'A PostgreSQL (15 or newer) to use. Left out: Keyward runs one of its own in the data folder.',
    secret: true,
  },
  KEYWARD_URL: {
    schema: webAddress.optional(),
    legal: 'http(s)://host or http(s)://host:port',
    says: 'The address that people use. Every link is made from it, and browsers are believed from no other.',
    byDefault: 'http://localhost:<PORT>',
  },
  KEYWARD_DATA: {
    schema: z.string().min(1).default('./data'),
    legal: 'a folder',
    says: 'Where the built-in database keeps its files.',
    byDefault: './data',
  },
  KEYWARD_ADMIN_EMAIL: {
    schema: emailSchema.optional(),
    legal: 'an e-mail address',
    says: 'Makes the first admin at boot, together with the password. Ignored once there is a user.',
  },
  KEYWARD_ADMIN_PASSWORD: {
    schema: newPasswordSchema.optional(),
    legal: '8 to 256 characters',
    says: 'The password of the first admin.',
    secret: true,
  },
  KEYWARD_TRUSTED_PROXIES: {
    schema: proxies.default(0),
    legal: 'a number of proxies, or addresses and CIDR ranges separated by commas',
    says: 'Whose X-Forwarded-For is believed.',
    byDefault: '0: nobody’s',
  },
  KEYWARD_DATABASE_POOL: {
    schema: size.default(10),
    legal: '1 to 10000',
    says: 'How many connections to the database this server may hold.',
    byDefault: '10',
  },
  KEYWARD_MAX_CONNECTIONS: {
    schema: size.default(1_000),
    legal: '1 to 10000',
    says: 'How many connections one address may hold open; a trusted proxy is not counted.',
    byDefault: '1000',
  },
  KEYWARD_LOG_LEVEL: {
    schema: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info'),
    legal: 'debug, info, warn, error or silent',
    says: 'How much to log, as JSON lines on standard output.',
    byDefault: 'info',
  },
} satisfies Record<string, Setting>;

type Name = keyof typeof settings;
type Values = { [K in Name]: z.output<(typeof settings)[K]['schema']> };

export interface Config {
  port: number;
  host: string;
  /** Where people find this server; without `KEYWARD_URL` on this machine only, under any of its loopback names. */
  url: URL;
  urlIsGiven: boolean;
  dataFolder: string;
  databaseUrl: Secret | undefined;
  databasePoolSize: number;
  admin: { email: string; password: Secret } | undefined;
  trustedProxies: number | string[];
  maxConnectionsPerAddress: number;
  logLevel: 'debug' | 'info' | 'warn' | 'error' | 'silent';
}

/** Says which setting is wrong, what it is now and what would be legal. */
export class ConfigError extends Error {}

/** The configuration of this process: its environment over the file `.env`. Throws `ConfigError`. */
export function readConfig(): Config {
  return parseConfig({ ...readDotEnv(), ...process.env });
}

/** Throws `ConfigError` for a bad value and for a `KEYWARD_…` name that means nothing. */
export function parseConfig(environment: Record<string, string | undefined>): Config {
  const given = readSecretFiles(environment);
  assertKnownNames(given);
  const values = Object.fromEntries(
    Object.keys(settings).map((name) => [name, parseOne(name as Name, given[name])]),
  ) as Values;
  return toConfig(values);
}

function toConfig(values: Values): Config {
  const { KEYWARD_URL: url, KEYWARD_ADMIN_EMAIL: email, KEYWARD_ADMIN_PASSWORD: password } = values;
  if ((email === undefined) !== (password === undefined)) {
    throw new ConfigError('KEYWARD_ADMIN_EMAIL and KEYWARD_ADMIN_PASSWORD go together: set both or neither.');
  }
  return {
    port: values.PORT,
    host: values.HOST,
    url: url ?? new URL(`http://localhost:${values.PORT}`),
    urlIsGiven: url !== undefined,
    dataFolder: resolve(values.KEYWARD_DATA),
    databaseUrl: values.DATABASE_URL === undefined ? undefined : new Secret(values.DATABASE_URL),
    databasePoolSize: values.KEYWARD_DATABASE_POOL,
    admin:
      email !== undefined && password !== undefined ? { email, password: new Secret(password) } : undefined,
    trustedProxies: values.KEYWARD_TRUSTED_PROXIES,
    maxConnectionsPerAddress: values.KEYWARD_MAX_CONNECTIONS,
    logLevel: values.KEYWARD_LOG_LEVEL,
  };
}

function parseOne(name: Name, text: string | undefined): unknown {
  const setting: Setting = settings[name];
  const parsed = setting.schema.safeParse(text === '' ? undefined : text);
  if (parsed.success) return parsed.data;
  const now = setting.secret ? 'its value (not shown)' : JSON.stringify(text);
  throw new ConfigError(`${name}: ${now} will not do. Legal: ${setting.legal}.`);
}

function assertKnownNames(given: Record<string, string | undefined>): void {
  const unknown = Object.keys(given).find((name) => name.startsWith('KEYWARD_') && !(name in settings));
  if (unknown) {
    throw new ConfigError(`${unknown}: there is no such setting. "npm start -- --help" lists all of them.`);
  }
}

/** Replaces each `…_FILE` of a secret by what the file holds, less the line's end. */
function readSecretFiles(
  environment: Record<string, string | undefined>,
): Record<string, string | undefined> {
  const result = { ...environment };
  for (const [name, setting] of Object.entries<Setting>(settings)) {
    const path = environment[`${name}_FILE`];
    if (!setting.secret || !path) continue;
    if (environment[name]) throw new ConfigError(`${name} and ${name}_FILE are both set: keep one.`);
    result[name] = readSecretFile(`${name}_FILE`, path);
    delete result[`${name}_FILE`];
  }
  return result;
}

function readSecretFile(name: string, path: string): string {
  try {
    return readText(path).replace(/\r?\n$/, '');
  } catch {
    throw new ConfigError(
      `${name}: ${JSON.stringify(path)} cannot be read. Legal: the path of a readable file.`,
    );
  }
}

/** Without the mark that some editors put before the first character. */
function readText(path: string): string {
  return readFileSync(path, 'utf8').replace(/^\uFEFF/, '');
}

function readDotEnv(): Record<string, string | undefined> {
  try {
    return parseEnv(readText('.env'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw new ConfigError('.env is there but cannot be read. Mend its permissions, or remove it.');
  }
}

/** What `npm start -- --help` prints: every setting, what is legal and what it is when left out. */
export function configHelp(): string {
  const lines = Object.entries<Setting>(settings).map(([name, { says, legal, byDefault, secret }]) => {
    const facts = [legal, byDefault && `default ${byDefault}`, secret && `or ${name}_FILE`].filter(Boolean);
    return `  ${name}\n      ${says}\n      (${facts.join('; ')})`;
  });
  return `Usage: npm start\n\nSettings, from the environment or the file .env:\n\n${lines.join('\n\n')}\n`;
}
