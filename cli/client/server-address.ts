import { usage } from './errors.ts';

/** Whether a host is this machine: what goes there passes no network. */
export function isLoopback(hostname: string): boolean {
  return (
    hostname === 'localhost' ||
    hostname.endsWith('.localhost') ||
    hostname === '[::1]' ||
    /^127(\.\d{1,3}){3}$/.test(hostname)
  );
}

/**
 * The address of a server as it is kept and compared: scheme, host, port and the path that it lives under, without a slash at
 * the end. Where no scheme is given it is https, and http for this machine. Throws for what is no such address.
 */
export function parseServer(text: string): string {
  const trimmed = text.trim();
  const hasScheme = /^[a-z][a-z\d+.-]*:\/\//i.test(trimmed);
  const host = urlOf(`http://${trimmed}`)?.hostname ?? '';
  const url = urlOf(hasScheme ? trimmed : `${isLoopback(host) ? 'http' : 'https'}://${trimmed}`);
  const problem = problemOf(url, trimmed);
  if (!url || problem)
    throw usage(
      problem ?? 'This is no address of a server.',
      'An address looks like https://keyward.example.com',
    );
  return url.origin + url.pathname.replace(/\/+$/, '');
}

function urlOf(text: string): URL | undefined {
  return URL.canParse(text) ? new URL(text) : undefined;
}

function problemOf(url: URL | undefined, text: string): string | undefined {
  if (!text || !url || /\s/.test(text)) return 'This is no address of a server.';
  if (url.protocol !== 'https:' && url.protocol !== 'http:')
    return 'A server’s address begins with https://.';
  if (url.username || url.password) return 'A server’s address holds no user name and no password.';
  if (url.search || url.hash) return 'A server’s address has nothing behind a ? or #.';
}

/** Plain http to another machine would show the token to whoever listens on the way. */
export function assertPrivateWay(server: string, isConsented: boolean): void {
  const url = new URL(server);
  if (url.protocol === 'https:' || isLoopback(url.hostname) || isConsented) return;
  throw usage(
    `${server} is plain http: whoever is on the way could read your token.`,
    'Use https://. If you trust every machine on the way, say --insecure-http.',
  );
}
