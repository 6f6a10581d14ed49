import type { Config } from '#server/config.ts';

/** The cookie's name where it is sent: over HTTPS bound to the host, so that no neighbouring site can plant one. */
export function cookieName({ url }: Config, name: string): string {
  return url.protocol === 'https:' ? `__Host-${name}` : name;
}

/** A cookie's value from a `Cookie` header, undefined where it is not there or holds what none of ours does. */
export function readCookie(header: string, name: string): string | undefined {
  const pairs = header.split(';').map((pair) => pair.trim());
  const value = pairs.find((pair) => pair.startsWith(`${name}=`))?.slice(name.length + 1);
  return value && /^[\w.-]+$/.test(value) ? value : undefined;
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
