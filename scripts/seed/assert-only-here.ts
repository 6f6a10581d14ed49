import type { Config } from '#server/config.ts';

const loopback = /^(localhost|127\.\d+\.\d+\.\d+|\[?::1\]?)$/;

/** Why the database is left alone. */
export class SeedRefusal extends Error {}

/** What everyone who has read this repository could sign in with is for this machine only. Throws `SeedRefusal`. */
export function assertOnlyHere({ host, url }: Config): void {
  if (loopback.test(host) && loopback.test(url.hostname)) return;
  throw new SeedRefusal(
    'The seed has passwords and tokens that everybody knows, and HOST or KEYWARD_URL opens this Keyward to others. Nothing was changed.',
  );
}
