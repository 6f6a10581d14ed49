/** Where a PostgreSQL is and who signs in there: a URL, or the parts that the embedded one reports. */
export type DatabaseAddress =
  | string
  | { host: string; port: number; user: string; password: string; database: string };

/** The two addresses of one database, as they were given. */
export interface DatabaseAddresses {
  /** Owns the tables: migrates, seals, backs up. */
  owner: DatabaseAddress;
  /** What the server works as. Left out: a login is made for it. */
  server?: DatabaseAddress | undefined;
  /** The setting that the owner's came from, to be named in what is said of it. */
  ownerSetting?: string;
}

/** `node:url` knows no `postgres://ada@/desk?host=/run/postgresql`, and takes a `#` in a password for the end of the address. */
const form = new RegExp(
  [
    /^(?<scheme>postgres(?:ql)?:\/\/)/,
    /(?:(?<user>[^:@/?#\s]*)(?::(?<password>[^/?#\s]*))?@)?/,
    /(?<place>(?:\[[\da-fA-F:.]+\]|[^@:/?#[\]\s]*)(?::\d+)?(?:\/[^@/?#\s]*)?)/,
    /(?:\?(?<query>[a-z_]+=[^#@\s]*))?$/,
  ]
    .map(({ source }) => source)
    .join(''),
);

/** Of what may follow the `?`: how to connect. How a session works is ours to say. */
const connecting =
  /^(host|port|user|password|ssl|sslmode|sslcert|sslkey|sslrootcert|sslnegotiation|uselibpqcompat)=/;

/** Whether a text is the URL of a PostgreSQL, with everything encoded that would end a part of it. */
export function isDatabaseUrl(text: string): boolean {
  return form.test(text) && isDecodable(text);
}

/** Whether every `%` in a text begins an encoded character. */
export function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}

/** The address as `pg` takes it, without settings of the session. */
export function connectTo(address: DatabaseAddress) {
  return typeof address === 'string' ? { connectionString: rewrite(address, {}) } : address;
}

/** The same database for another user. */
export function signedInAs(
  address: DatabaseAddress,
  user: { user: string; password: string },
): DatabaseAddress {
  return typeof address === 'string' ? rewrite(address, user) : { ...address, ...user };
}

function rewrite(url: string, { user, password }: { user?: string; password?: string }): string {
  const { scheme, place, query = '', ...given } = form.exec(url)?.groups ?? {};
  const credentials =
    user === undefined
      ? [given['user'], given['password']]
      : [encodeURIComponent(user), encodeURIComponent(password ?? '')];
  const pairs = query.split('&').filter((pair) => connecting.test(pair));
  const kept = user === undefined ? pairs : pairs.filter((pair) => !/^(user|password)=/.test(pair));
  const who = credentials.filter((part) => part !== undefined).join(':');
  return `${scheme}${who && `${who}@`}${place}${kept.length > 0 ? `?${kept.join('&')}` : ''}`;
}
