import { createPrivateKey } from 'node:crypto';
import { z } from 'zod';
import { isDatabaseUrl, isDecodable } from '#db/address.ts';

export const port = z.coerce.number().int().min(0).max(65_535);
export const size = z.coerce.number().int().min(1).max(10_000);
export const upTo = (most: number) => z.coerce.number().int().min(1).max(most);
export const rate = z.union([
  z.literal('off').transform(() => null),
  z
    .string()
    .regex(/^[1-9]\d{0,5}\/[1-9]\d{0,6}$/)
    .transform((text) => {
      const [perSecond = 1, atOnce = 1] = text.split('/').map(Number);
      return { perSecond, atOnce };
    })
    .refine(({ perSecond, atOnce }) => atOnce >= perSecond),
]);
export const masterKey = z.union([
  z.string().regex(/^[0-9a-f]{64}$/i),
  z.string().regex(/^[0-9A-Za-z+/]{43}=$/),
]);
const range = z.union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()]);
export const listOf = <T extends z.ZodType<unknown, string>>(entry: T) =>
  z
    .string()
    .max(4_000)
    .transform((text) => text.split(',').map((part) => part.trim()))
    .pipe(z.array(entry).min(1));
export const proxies = z.union([z.coerce.number().int().min(0).max(10), listOf(range)]);
export const passwordRule = '; in the password, every character but letters, digits and -._~ percent-encoded';
export const rangeOfPort = z
  .string()
  .transform((text) => {
    const [, bracketed, bare, digits] = /^(?:\[([^\]]+)\]|([\d./]+))(?::(\d{1,5}))?$/.exec(text) ?? [];
    return { range: bracketed ?? bare ?? text, port: digits === undefined ? null : Number(digits) };
  })
  .pipe(z.object({ range, port: z.int().min(1).max(65_535).nullable() }));
export const databaseAddress = z.string().refine((text) => isDatabaseUrl(text) && !/[?&]options=/.test(text));
export const legalDatabaseAddress = `postgres://user:password@host:port/database, without \`options\`${passwordRule}`;
/** The address of a service with a password in it. One that was not encoded would make a host of what follows its `@`, `#` or `/`. */
export const serviceAddress = (protocol: RegExp) =>
  z
    .url({ protocol })
    .max(1_000)
    .regex(/^[a-z]+:\/\/([^/?#\s]*@)?[^@/?#\s]+(\/[^@?#\s]*)?(\?[^@#\s]*)?$/)
    .refine(isDecodable);
export const webAddress = z
  .url({ protocol: /^https?$/ })
  .transform((text) => new URL(text))
  .refine(
    (url) => url.pathname === '/' && !url.search && !url.hash && !url.username,
    'no path, query or user',
  );

export function isPrivateKey(text: string): boolean {
  try {
    return createPrivateKey(text).asymmetricKeyType === 'ed25519';
  } catch {
    return false;
  }
}

/** Everything here crosses the network with a secret in it: plain HTTP only within this machine. */
export const issuerAddress = z
  .union([
    z.literal('google').transform(() => 'https://accounts.google.com'),
    z.url({ protocol: /^https$/ }),
    z.url({ protocol: /^http$/, hostname: /^(localhost|127\.0\.0\.1|\[::1\])$/ }),
  ])
  .transform((text) => new URL(text));
export const onOrOff = z.enum(['on', 'off']).default('on');
const domainForm = /^[a-z0-9-]+(\.[a-z0-9-]+)+$/;
export const domains = listOf(z.string().toLowerCase().regex(domainForm));
