export const upstreamFaults = [
  'address_refused',
  'unreachable',
  'tls',
  'timeout',
  'unauthorized',
  'not_mcp',
] as const;

interface FaultWords {
  /** Goes on after "down:" and "because". */
  said: string;
  /** What to do about it. */
  advice: string;
}

export const faultWords: Record<(typeof upstreamFaults)[number], FaultWords> = {
  address_refused: {
    said: 'its address is one that Keyward does not connect to',
    advice: 'The operator can allow it with KEYWARD_UPSTREAM_ALLOW.',
  },
  unreachable: {
    said: 'nothing answers at its address',
    advice: 'Check the address, and whether the server is running.',
  },
  tls: {
    said: 'its certificate cannot be verified',
    advice: 'Renew the certificate, or correct the address.',
  },
  timeout: { said: 'it does not answer in time', advice: 'Check whether the server is overloaded.' },
  unauthorized: {
    said: 'it refuses what Keyward signs in with',
    advice: 'Check the headers that it is sent.',
  },
  not_mcp: {
    said: 'what answers there does not speak MCP of 2026-07-28',
    advice: 'Check the path of the address, and the version of the server.',
  },
};
