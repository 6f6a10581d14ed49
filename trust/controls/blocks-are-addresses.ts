import * as original from '#server/core/network/address.ts';

export const addressBlock: typeof original.addressBlock = (text) =>
  text === null ? 'unknown' : (original.canonicalAddress(text) ?? text);
