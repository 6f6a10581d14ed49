import type { IncomingMessage } from 'node:http';
import type { Config } from '#server/config.ts';
import { peerOf } from '#server/doors/http/client-address.ts';
import { AppError } from '#server/errors.ts';

/** Scheme, name or address, port, path. What a name or path may hold is told, not what it may not. */
const form =
  /^https?:\/\/(?:[a-z0-9_-]+(?:\.[a-z0-9_-]+)*\.?|\[[0-9a-f:.]+\])(?::[0-9]{1,5})?(?:\/[a-z0-9_~-][a-z0-9._~-]*)*$/i;
const longest = 300;

/**
 * The address under which whoever asks has found this server, without a slash at its end: what `KEYWARD_URL` says, else what
 * the request says, if that is an address and nothing besides. A trusted proxy may tell scheme, host and prefix by
 * `X-Forwarded-Proto`, `-Host` and `-Prefix`; from all others these are not read. Throws `bad_request`.
 */
export function baseUrl(req: IncomingMessage, config: Config): string {
  if (config.urlIsGiven) return config.url.origin;
  const told = peerOf(req.socket, config).isTrusted ? req.headersDistinct : {};
  const hosts = told['x-forwarded-host'] ?? req.headersDistinct.host ?? [];
  const [scheme = 'http'] = told['x-forwarded-proto'] ?? [];
  const [prefix = ''] = told['x-forwarded-prefix'] ?? [];
  const base = `${scheme}://${hosts.join(',')}${prefix.replace(/\/$/, '')}`;
  if (isBaseUrl(base)) return base;
  throw new AppError('bad_request', 'The host of this request is none that an address can be made of.');
}

/** Whether a text is the address of a server: harmless in a script, a link or a document that it is written into. */
export function isBaseUrl(text: string): boolean {
  return text.length <= longest && form.test(text) && URL.canParse(text);
}
