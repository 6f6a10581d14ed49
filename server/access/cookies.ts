import type { Config } from '#server/config.ts';

/** The cookie's name where it is sent: over HTTPS bound to the host, so that no neighbouring site can plant one. */
export function cookieName({ url }: Config, name: string): string {
  return url.protocol === 'https:' ? `__Host-${name}` : name;
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

/** A `Set-Cookie` header for a cookie that scripts cannot read. Zero seconds make the browser forget it. */
export function cookieHeader(
  config: Config,
  cookie: { name: string; value: string; seconds: number },
): string {
  const secure = config.url.protocol === 'https:' ? '; Secure' : '';
  const value = `${cookieName(config, cookie.name)}=${cookie.value}`;
  return `${value}; HttpOnly; Max-Age=${cookie.seconds}; Path=/; SameSite=Lax${secure}`;
}
