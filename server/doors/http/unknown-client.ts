import type { Config } from '#server/config.ts';
import type { Runtime } from '#server/core/access/context.ts';

const warned = new WeakSet<Config>();

/** Tells the operator, once, of a trusted proxy that does not say readably whom it speaks for. */
export function warnOfUnknownClient({ config, log }: Runtime): void {
  if (warned.has(config)) return;
  warned.add(config);
  const { clientAddressHeader: header } = config;
  log.warn(
    { header },
    'a trusted proxy sent a request without a readable address of its client: no allowlist admits such clients, and they share one limit. Have the proxy set that header, or set KEYWARD_CLIENT_ADDRESS_HEADER to the one that it sets',
  );
}
