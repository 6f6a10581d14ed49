import type { Config } from '#server/config.ts';
import type { Exchange } from '#server/doors/http/exchange.ts';
import { isSiteOrigin } from '#server/doors/http/origin.ts';
import { AppError } from '#server/errors.ts';

const mostTold = 10;
const told = new WeakMap<Config, Set<string>>();

/**
 * Tells the operator of pages of ours that are open at another address than the server has, where nobody can sign in. One
 * line for each such address, and ten at most: who is no browser can claim any.
 */
export function warnOfOtherAddress({ runtime, req }: Exchange, error: unknown): void {
  if (!(error instanceof AppError) || error.code !== 'origin_not_allowed') return;
  const { origin, host, 'sec-fetch-site': site } = req.headers;
  if (!isSiteOrigin(origin) || (site !== 'same-origin' && new URL(origin).host !== host)) return;
  const { config, log } = runtime;
  const known = told.get(config) ?? new Set();
  if (known.has(origin) || known.size >= mostTold) return;
  told.set(config, known.add(origin));
  log.warn(
    { origin },
    `a page is open at another address than this server has, ${config.url.origin}, and is refused: set KEYWARD_URL to the one that people use`,
  );
}
