import { z } from 'zod';
import { emailSchema, newPasswordSchema } from '#server/account-schema.ts';
import {
  databaseAddress,
  domains,
  isPrivateKey,
  issuerAddress,
  legalDatabaseAddress,
  listOf,
  masterKey,
  onOrOff,
  passwordRule,
  port,
  proxies,
  rangeOfPort,
  rate,
  serviceAddress,
  size,
  upTo,
  webAddress,
} from '#server/setting-schemas.ts';

export interface Setting {
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
    schema: databaseAddress.optional(),
    legal: legalDatabaseAddress,
    says: 'A PostgreSQL (15 or newer) to use, as the login that the server works as. Alone it is the owner’s address, and Keyward makes that login. Left out: Keyward runs a PostgreSQL of its own in the data folder.',
    secret: true,
  },
  KEYWARD_DATABASE_OWNER_URL: {
    schema: databaseAddress.optional(),
    legal: legalDatabaseAddress,
    says: 'The same database as the owner of its tables, for migrations, seals and backups.',
    byDefault: 'DATABASE_URL',
    secret: true,
  },
  KEYWARD_DATABASE_SUPERUSER: {
    schema: z.enum(['refuse', 'accept']).default('refuse'),
    legal: 'refuse or accept',
    says: 'What to do when the owner’s address signs in as a superuser. accept: start all the same, and warn every hour.',
    byDefault: 'refuse',
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
  KEYWARD_MASTER_KEY: {
    schema: masterKey.optional(),
    legal: '32 bytes, as 64 hexadecimal digits or as base64 (openssl rand -base64 32)',
    says: 'Seals the private keys and the headers of tool servers that the database holds. Left out: one is made in the data folder. Servers that share a database need the same.',
    secret: true,
  },
  REDIS_URL: {
    schema: serviceAddress(/^rediss?$/).optional(),
    legal: `redis://user:password@host:port, or rediss:// for TLS; a Valkey or a Redis${passwordRule}`,
    says: 'Where servers that share a database count calls together. Left out, or while it is away: each counts for itself.',
    secret: true,
  },
  KEYWARD_RATE_LIMIT: {
    schema: rate.default({ perSecond: 1_000, atOnce: 10_000 }),
    legal: 'calls a second/calls at once, the latter no fewer (100/1000), or off',
    says: 'How often a token may be used, unless it or its tenant has a limit of its own; and the sessions of a person together.',
    byDefault: '1000/10000',
  },
  KEYWARD_ADDRESS_RATE_LIMIT: {
    schema: rate.default({ perSecond: 50, atOnce: 1_000 }),
    legal: 'calls a second/calls at once, the latter no fewer (10/100), or off',
    says: 'How often an address (of IPv6, a /64) may call without a credential that works.',
    byDefault: '50/1000',
  },
  KEYWARD_ADMIN_EMAIL: {
    schema: emailSchema.optional(),
    legal: 'an e-mail address',
    says: 'Makes the first admin at boot, together with the password; alone where passwords are off. Ignored once there is a user.',
  },
  KEYWARD_ADMIN_PASSWORD: {
    schema: newPasswordSchema.optional(),
    legal: '8 to 256 characters',
    says: 'The password of the first admin.',
    secret: true,
  },
  KEYWARD_PASSWORDS: {
    schema: onOrOff,
    legal: 'on or off',
    says: 'Off: no password signs in or confirms, and none can be set. Needs OpenID Connect or a mail server. Passwords that were set before stay stored, and work once it is on again.',
    byDefault: 'on',
  },
  KEYWARD_MAGIC_LINKS: {
    schema: onOrOff,
    legal: 'on or off',
    says: 'Off: no links to sign in are emailed, also with a mail server set.',
    byDefault: 'on',
  },
  KEYWARD_SMTP_URL: {
    schema: serviceAddress(/^smtps?$/).optional(),
    legal: `smtp://user:password@host:port, or smtps:// for TLS from the start${passwordRule}`,
    says: 'The mail server. Without one no mail is sent, and links are shown to whoever asked for them.',
    secret: true,
  },
  KEYWARD_MAIL_FROM: {
    schema: z
      .string()
      .min(3)
      .max(320)
      .regex(/^[^\r\n]+$/)
      .optional(),
    legal: 'an address, or a name and an address: Keyward <keyward@example.com>',
    says: 'Whom mails are from.',
    byDefault: 'Keyward <keyward@<host of KEYWARD_URL>>',
  },
  KEYWARD_OIDC_ISSUER: {
    schema: issuerAddress.optional(),
    legal: 'google, or the https address of an issuer',
    says: 'People can sign in there (OpenID Connect). Goes with the client’s id and secret; the redirect URI to register is <KEYWARD_URL>/api/v1/auth/oidc/callback.',
  },
  KEYWARD_OIDC_CLIENT_ID: {
    schema: z.string().min(1).max(500).optional(),
    legal: 'what the issuer calls this Keyward',
    says: 'The client’s id.',
  },
  KEYWARD_OIDC_CLIENT_SECRET: {
    schema: z.string().min(1).max(1_000).optional(),
    legal: 'what the issuer gave out',
    says: 'The client’s secret.',
    secret: true,
  },
  KEYWARD_OIDC_NAME: {
    schema: z.string().trim().min(1).max(40).optional(),
    legal: '1 to 40 characters',
    says: 'What the button says: "Sign in with …".',
    byDefault: 'Google, or the issuer’s host',
  },
  KEYWARD_OIDC_AUTO_CREATE_DOMAINS: {
    schema: domains.default([]),
    legal: 'domains separated by commas',
    says: 'Whoever signs in there with a confirmed address of one of these domains is added as a viewer. Left out: only people whom an admin has added get in.',
    byDefault: 'nobody is added',
  },
  KEYWARD_OIDC_TRUSTED_EMAIL_DOMAINS: {
    schema: domains.default([]),
    legal: 'domains separated by commas',
    says: 'For an issuer that does not say whether an e-mail address is confirmed (it sends no email_verified, as Entra ID): whose addresses are taken as confirmed. List only domains whose addresses users cannot enter there themselves: those of your own single-tenant issuer.',
    byDefault: 'none',
  },
  KEYWARD_TRUSTED_PROXIES: {
    schema: proxies.default(0),
    legal: 'a number of proxies, or addresses and CIDR ranges separated by commas',
    says: 'Whose forwarded headers are believed: the client’s address; for forward-auth, host and scheme of the site; for the installer without a KEYWARD_URL, host, scheme and prefix of this server.',
    byDefault: '0: nobody’s',
  },
  KEYWARD_CLIENT_ADDRESS_HEADER: {
    schema: z.enum(['x-forwarded-for', 'forwarded']).default('x-forwarded-for'),
    legal: 'x-forwarded-for or forwarded',
    says: 'In which header trusted proxies write the client’s address. The other one is never read: a client can send it itself.',
    byDefault: 'x-forwarded-for',
  },
  KEYWARD_UPSTREAM_ALLOW: {
    schema: listOf(rangeOfPort).default([]),
    legal: 'addresses and CIDR ranges separated by commas, each with a port or without (10.0.0.0/8:8080)',
    says: 'Which private addresses tool servers may have: loopback, link-local and other addresses that are not public are refused otherwise, and plain HTTP goes to no others.',
    byDefault: 'none',
  },
  KEYWARD_MCP_CALLS: {
    schema: upTo(1_000).default(64),
    legal: '1 to 1000',
    says: 'How many requests one credential may have under way at /mcp.',
    byDefault: '64',
  },
  KEYWARD_MCP_LISTENERS: {
    schema: upTo(1_000).default(8),
    legal: '1 to 1000',
    says: 'How many streams one credential may hold open at /mcp to hear of changes.',
    byDefault: '8',
  },
  KEYWARD_MCP_STREAMS: {
    schema: upTo(100_000).default(2_000),
    legal: '1 to 100000',
    says: 'How many streams this server holds open at /mcp in all.',
    byDefault: '2000',
  },
  KEYWARD_MCP_RESULT_MIB: {
    schema: upTo(100).default(10),
    legal: '1 to 100',
    says: 'How many MiB one answer of a tool server may have.',
    byDefault: '10',
  },
  KEYWARD_MCP_DEPTH: {
    schema: upTo(256).default(64),
    legal: '1 to 256',
    says: 'How deep the arguments of a tool may be nested.',
    byDefault: '64',
  },
  KEYWARD_MCP_QUEUE: {
    schema: upTo(1_000).default(32),
    legal: '1 to 1000',
    says: 'How many calls may wait for a place at one tool server. Further ones are refused.',
    byDefault: '32',
  },
  KEYWARD_FORWARD_NARROWED: {
    schema: z.enum(['refuse', 'allow']).default('refuse'),
    legal: 'refuse or allow',
    says: 'Whether forward-auth lets a token of some permissions pass where the proxy asks for none of them. With allow, the services behind have to read Keyward-Permissions.',
    byDefault: 'refuse',
  },
  KEYWARD_DATABASE_POOL: {
    schema: size.default(10),
    legal: '1 to 10000',
    says: 'How many connections to the database this server works with. It holds a few more: 4 to find out who asks, 1 that listens.',
    byDefault: '10',
  },
  KEYWARD_MAX_CONNECTIONS: {
    schema: size.default(1_000),
    legal: '1 to 10000',
    says: 'How many connections one address may hold open; a trusted proxy is not counted.',
    byDefault: '1000',
  },
  KEYWARD_DRAIN_SECONDS: {
    schema: z.coerce.number().int().min(0).max(300).default(0),
    legal: '0 to 300',
    says: 'How long requests are still taken after SIGTERM, while /readyz says no. Behind a load balancer: longer than it takes to notice that.',
    byDefault: '0',
  },
  KEYWARD_METRICS_TOKEN: {
    schema: z
      .string()
      .regex(/^[\x21-\x7e]{16,256}$/)
      .optional(),
    legal: '16 to 256 characters without spaces',
    says: 'Opens /metrics, for Prometheus, to whoever sends it as a bearer token. Left out: there is no /metrics.',
    secret: true,
  },
  KEYWARD_METRICS_PORT: {
    schema: port.optional(),
    legal: 'a port, 0 for any free one',
    says: 'Serves /metrics on this port of 127.0.0.1 too; there without a token, unless one is set.',
  },
  KEYWARD_AUDIT_KEY: {
    schema: z.string().max(20_000).refine(isPrivateKey).optional(),
    legal:
      'an Ed25519 private key as PEM (`openssl genpkey -algorithm ed25519`); further ones behind it only check',
    says: 'Signs the seals of the audit log. Several servers on one database need the same one.',
    byDefault: 'one that is made at first start, audit-key.pem in the data folder',
    secret: true,
  },
  KEYWARD_AUDIT_RETENTION_DAYS: {
    schema: z.coerce.number().int().min(30).max(36_500).optional(),
    legal: '30 to 36500',
    says: 'Takes months of the audit log that are older out of the database, into audit-archive in the data folder.',
    byDefault: 'never',
  },
  KEYWARD_LOG_LEVEL: {
    schema: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info'),
    legal: 'debug, info, warn, error or silent',
    says: 'How much to log, on standard output: as JSON lines, and as plain lines where that is a terminal.',
    byDefault: 'info',
  },
} satisfies Record<string, Setting>;
