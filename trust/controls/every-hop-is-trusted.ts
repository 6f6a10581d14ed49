import * as original from '#server/doors/http/client-address.ts';

/** But who is connected to us is not. */
export const isTrustedProxy: typeof original.isTrustedProxy = (address, hop, trusted) =>
  hop > 0 || original.isTrustedProxy(address, hop, trusted);
