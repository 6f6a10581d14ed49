import type { Config } from '#server/config.ts';

declare module '#server/core/access/context.ts' {
  interface Runtime {
    cookies: Cookies;
  }
}

/**
 * The cookies of one installation. Browsers keep the cookies of all ports of a host together, so that the names of each
 * installation have a part of their own: two on one host do not overwrite each other's.
 */
export interface Cookies {
  /** A cookie's name as it is sent. */
  nameOf(name: string): string;
  /** Its value in a `Cookie` header, also under the name from before names distinguished installations. */
  read(header: string, name: string): string | undefined;
  /** A `Set-Cookie` header for one that scripts cannot read. Zero seconds make the browser forget it. */
  header(cookie: { name: string; value: string; seconds: number }): string;
  /** The names of those in a `Cookie` header that begin alike, without what is of the installation. */
  list(header: string, start: string): string[];
}

/** `installation`: what tells this one from others, public. */
export function createCookies({ url }: Config, installation: string): Cookies {
  const isSecure = url.protocol === 'https:';
  // Over HTTPS bound to the host, so that no neighbouring site can plant one.
  const prefix = isSecure ? '__Host-' : '';
  const nameOf = (name: string) => `${prefix}${name}_${installation}`;
  return {
    nameOf,
    read: (header, name) => readCookie(header, nameOf(name)) ?? readCookie(header, prefix + name),
    header({ name, value, seconds }) {
      const attributes = `HttpOnly; Max-Age=${seconds}; Path=/; SameSite=Lax${isSecure ? '; Secure' : ''}`;
      return `${nameOf(name)}=${value}; ${attributes}`;
    },
    list: (header, start) =>
      pairsOf(header)
        .map((pair) => pair.split('=', 1)[0] ?? '')
        .filter((name) => name.startsWith(prefix + start) && name.endsWith(`_${installation}`))
        .map((name) => name.slice(prefix.length, -installation.length - 1)),
  };
}

/** Browsers keep no longer one. */
const longestValue = 4_096;

/** A cookie's value from a `Cookie` header, undefined where it is not there or holds what none of ours does. */
export function readCookie(header: string, name: string): string | undefined {
  const start = `${name}=`;
  // Pair by pair, and not by a list of all: a header may hold thousands.
  for (let at = header.includes(start) ? 0 : -1; at >= 0;) {
    const end = header.indexOf(';', at);
    const pair = header.slice(at, end < 0 ? undefined : end).trim();
    if (pair.startsWith(start)) {
      const value = pair.slice(start.length);
      return value.length <= longestValue && /^[\w.-]+$/.test(value) ? value : undefined;
    }
    at = end < 0 ? -1 : end + 1;
  }
  return undefined;
}

const pairsOf = (header: string) => header.split(';').map((pair) => pair.trim());
