import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseEnv } from 'node:util';
import type { z } from 'zod';
import type { DatabaseAddresses } from '#db/address.ts';
import { Secret } from '#server/secret.ts';
import { settings, type Setting } from '#server/settings.ts';

type Name = keyof typeof settings;
type Values = { [K in Name]: z.output<(typeof settings)[K]['schema']> };

export interface OidcSettings {
  issuer: URL;
  clientId: string;
  clientSecret: Secret;
  /** What people call the issuer. */
  name: string;
  /** Whose addresses may come in unasked, in lower case. */
  autoCreateDomains: string[];
  /** Whose addresses count as confirmed where the issuer does not say, in lower case. */
  trustedEmailDomains: string[];
}

/** An address or a CIDR range, and one port of it; null: every port. */
export interface AllowedRange {
  range: string;
  port: number | null;
}

/** Which ways to sign in are open. */
export interface OpenWays {
  password: boolean;
  magic: boolean;
  oidc: boolean;
}

export interface McpLimits {
  calls: number;
  listeners: number;
  /** Of all callers together. */
  streams: number;
  resultBytes: number;
  depth: number;
  /** Calls that wait for a place at one tool server. */
  queue: number;
}

export interface Config {
  port: number;
  host: string;
  /** Where people find this server; without `KEYWARD_URL` on this machine only, under any of its loopback names. */
  url: URL;
  urlIsGiven: boolean;
  dataFolder: string;
  auditKey: Secret | undefined;
  auditRetentionDays: number | undefined;
  databaseUrl: Secret | undefined;
  databaseOwnerUrl: Secret | undefined;
  /** Whether the owner of the tables may be a superuser. */
  acceptsSuperuser: boolean;
  databasePoolSize: number;
  /** 32 bytes; left out: those of a file in the data folder. */
  masterKey: Secret | undefined;
  redisUrl: Secret | undefined;
  rateLimits: { token: RateLimit | null; address: RateLimit | null };
  /** Without a password where passwords are off. */
  admin: { email: string; password: Secret | null } | undefined;
  ways: OpenWays;
  /** Off: no mailed link signs in, also one that was sent before. */
  magicLinks: boolean;
  /** Null where nobody signs in by OpenID Connect. */
  oidc: OidcSettings | null;
  /** Null where no mail can be sent. */
  mail: { smtpUrl: Secret; from: string } | null;
  /** With neither there are no metrics. */
  metrics: { token: Secret | undefined; port: number | undefined };
  trustedProxies: number | string[];
  clientAddressHeader: 'x-forwarded-for' | 'forwarded';
  /** Addresses that are not public, and that tool servers may have all the same. */
  upstreamAllow: AllowedRange[];
  /** What a caller, and an upstream, may take of this server at `/mcp`. */
  mcp: McpLimits;
  /** Whether forward-auth lets a narrowed token pass where no permission is asked for. */
  forwardsNarrowed: boolean;
  maxConnectionsPerAddress: number;
  /** How long requests are still taken once it was asked to stop. */
  drainSeconds: number;
  logLevel: 'debug' | 'info' | 'warn' | 'error' | 'silent';
}

/** Says which setting is wrong, what it is now and what would be legal. */
export class ConfigError extends Error {}

/** The configuration of this process: its environment over the file `.env`. Throws `ConfigError`. */
export function readConfig(): Config {
  const config = parseConfig({ ...readDotEnv(), ...process.env });
  forgetPostgresVariables();
  return config;
}

/** The addresses of a database that is not our own; undefined where none is set. One alone is the owner's. */
export function givenAddresses({ databaseUrl, databaseOwnerUrl }: Config): DatabaseAddresses | undefined {
  const owner = databaseOwnerUrl ?? databaseUrl;
  if (!owner) return undefined;
  return {
    owner: owner.reveal(),
    server: databaseOwnerUrl && databaseUrl?.reveal(),
    ownerSetting: databaseOwnerUrl ? 'KEYWARD_DATABASE_OWNER_URL' : 'DATABASE_URL',
  };
}

/** `pg` would take from PGHOST, PGSSLMODE and their like what an address leaves out; those are for other programs. */
function forgetPostgresVariables(): void {
  for (const name of Object.keys(process.env)) if (/^PG[A-Z]+$/.test(name)) delete process.env[name];
}

/** Throws `ConfigError` for a bad value and for a `KEYWARD_…` name that means nothing. */
export function parseConfig(environment: Record<string, string | undefined>): Config {
  const given = readSecretFiles(environment);
  assertKnownNames(given);
  const values = Object.fromEntries(
    Object.keys(settings).map((name) => [
      name,
      parseOne(name as Name, given[name], environment[`${name}_FILE`]),
    ]),
  ) as Values;
  return toConfig(values);
}

function toConfig(values: Values): Config {
  const { KEYWARD_URL: url } = values;
  const address = url ?? new URL(`http://localhost:${values.PORT}`);
  const { KEYWARD_SMTP_URL: smtpUrl, KEYWARD_MAIL_FROM: from } = values;
  return {
    port: values.PORT,
    host: values.HOST,
    url: address,
    urlIsGiven: url !== undefined,
    dataFolder: resolve(values.KEYWARD_DATA),
    auditKey: values.KEYWARD_AUDIT_KEY === undefined ? undefined : new Secret(values.KEYWARD_AUDIT_KEY),
    auditRetentionDays: values.KEYWARD_AUDIT_RETENTION_DAYS,
    databaseUrl: secretOf(values.DATABASE_URL),
    databaseOwnerUrl: secretOf(values.KEYWARD_DATABASE_OWNER_URL),
    acceptsSuperuser: values.KEYWARD_DATABASE_SUPERUSER === 'accept',
    databasePoolSize: values.KEYWARD_DATABASE_POOL,
    masterKey: secretOf(values.KEYWARD_MASTER_KEY),
    redisUrl: secretOf(values.REDIS_URL),
    rateLimits: { token: values.KEYWARD_RATE_LIMIT, address: values.KEYWARD_ADDRESS_RATE_LIMIT },
    admin: toAdmin(values),
    ways: toWays(values),
    magicLinks: values.KEYWARD_MAGIC_LINKS === 'on',
    oidc: toOidc(values),
    mail: smtpUrl
      ? { smtpUrl: new Secret(smtpUrl), from: from ?? `Keyward <keyward@${address.hostname}>` }
      : null,
    metrics: { token: secretOf(values.KEYWARD_METRICS_TOKEN), port: values.KEYWARD_METRICS_PORT },
    trustedProxies: values.KEYWARD_TRUSTED_PROXIES,
    clientAddressHeader: values.KEYWARD_CLIENT_ADDRESS_HEADER,
    upstreamAllow: values.KEYWARD_UPSTREAM_ALLOW,
    mcp: {
      calls: values.KEYWARD_MCP_CALLS,
      listeners: values.KEYWARD_MCP_LISTENERS,
      streams: values.KEYWARD_MCP_STREAMS,
      resultBytes: values.KEYWARD_MCP_RESULT_MIB * 1_048_576,
      depth: values.KEYWARD_MCP_DEPTH,
      queue: values.KEYWARD_MCP_QUEUE,
    },
    forwardsNarrowed: values.KEYWARD_FORWARD_NARROWED === 'allow',
    maxConnectionsPerAddress: values.KEYWARD_MAX_CONNECTIONS,
    drainSeconds: values.KEYWARD_DRAIN_SECONDS,
    logLevel: values.KEYWARD_LOG_LEVEL,
  };
}

const secretOf = (text: string | undefined) => (text === undefined ? undefined : new Secret(text));

function toAdmin({
  KEYWARD_PASSWORDS: passwords,
  KEYWARD_ADMIN_EMAIL: email,
  KEYWARD_ADMIN_PASSWORD: password,
}: Values): Config['admin'] {
  if (passwords === 'off' && password !== undefined)
    throw new ConfigError(
      'KEYWARD_ADMIN_PASSWORD: passwords are off (KEYWARD_PASSWORDS). Remove it: KEYWARD_ADMIN_EMAIL alone creates the first admin.',
    );
  if (passwords === 'on' && (email === undefined) !== (password === undefined))
    throw new ConfigError('KEYWARD_ADMIN_EMAIL and KEYWARD_ADMIN_PASSWORD go together: set both or neither.');
  return email === undefined ? undefined : { email, password: secretOf(password) ?? null };
}

function toWays(values: Values): OpenWays {
  const ways = {
    password: values.KEYWARD_PASSWORDS === 'on',
    magic: values.KEYWARD_SMTP_URL !== undefined && values.KEYWARD_MAGIC_LINKS === 'on',
    oidc: values.KEYWARD_OIDC_ISSUER !== undefined,
  };
  if (Object.values(ways).includes(true)) return ways;
  throw new ConfigError(
    'KEYWARD_PASSWORDS is off and there is no other way to sign in: set KEYWARD_OIDC_ISSUER, or KEYWARD_SMTP_URL without KEYWARD_MAGIC_LINKS=off.',
  );
}

function toOidc(values: Values): OidcSettings | null {
  const {
    KEYWARD_OIDC_ISSUER: issuer,
    KEYWARD_OIDC_CLIENT_ID: clientId,
    KEYWARD_OIDC_CLIENT_SECRET: secret,
    KEYWARD_OIDC_NAME: name,
  } = values;
  if (issuer === undefined && clientId === undefined && secret === undefined) return null;
  if (issuer === undefined || clientId === undefined || secret === undefined) {
    throw new ConfigError(
      'KEYWARD_OIDC_ISSUER, KEYWARD_OIDC_CLIENT_ID and KEYWARD_OIDC_CLIENT_SECRET go together: set all three or none.',
    );
  }
  const usualName = issuer.host === 'accounts.google.com' ? 'Google' : issuer.host;
  return {
    issuer,
    clientId,
    clientSecret: new Secret(secret),
    name: name ?? usualName,
    autoCreateDomains: values.KEYWARD_OIDC_AUTO_CREATE_DOMAINS,
    trustedEmailDomains: values.KEYWARD_OIDC_TRUSTED_EMAIL_DOMAINS,
  };
}

/** `file`: where a secret was read from. An empty one was not left out. */
function parseOne(name: Name, text: string | undefined, file: string | undefined): unknown {
  const setting: Setting = settings[name];
  const isFile = setting.secret && Boolean(file);
  const parsed = setting.schema.safeParse(text === '' && !isFile ? undefined : text);
  if (parsed.success) return parsed.data;
  const shown = setting.secret ? 'its value (not shown)' : JSON.stringify(text);
  const said = isFile ? `${name}_FILE: what ${JSON.stringify(file)} holds (not shown)` : `${name}: ${shown}`;
  throw new ConfigError(`${said} will not do. Legal: ${setting.legal}.`);
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

/** A token bucket: it holds `atOnce` calls and fills by `perSecond`. Never fewer at once than a second brings. */
export interface RateLimit {
  perSecond: number;
  atOnce: number;
}
