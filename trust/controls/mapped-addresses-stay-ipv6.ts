import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';
import type * as original from '#server/core/network/address.ts';

export const parseAddress: typeof original.parseAddress = (text) =>
  isIP(text) === 0 ? undefined : ipaddr.parse(text.replace(/%.*/, ''));
