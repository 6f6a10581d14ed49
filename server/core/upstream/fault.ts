import type { upstreamFaults } from '#server/core/upstream/schema.ts';

/** Why a server of others gave no answer that is of use. */
export type UpstreamFault = (typeof upstreamFaults)[number];

const byCode: readonly (readonly [RegExp, UpstreamFault])[] = [
  [/^KW_ADDRESS_REFUSED$/, 'address_refused'],
  [/^(UND_ERR_(CONNECT|HEADERS|BODY)_TIMEOUT|ETIMEDOUT|REQUEST_TIMEOUT)$/, 'timeout'],
  [/^(ERR_TLS|ERR_SSL|ERR_OSSL|CERT_|UNABLE_TO|SELF_SIGNED|DEPTH_ZERO|EPROTO|HOSTNAME_MISMATCH)/, 'tls'],
  [/^(ENOTFOUND|EAI_|ECONN|EHOST|ENET|EPIPE|UND_ERR_SOCKET)/, 'unreachable'],
];

/** What an error of a connection or of the SDK means, by its codes and those of its causes; null where they say nothing. */
export function faultOfError(error: unknown): UpstreamFault | null {
  for (let fault = error; fault instanceof Error; fault = fault.cause) {
    if (fault.name === 'TimeoutError') return 'timeout';
    const { code } = fault as NodeJS.ErrnoException;
    const found = byCode.find(([form]) => form.test(String(code)));
    if (found) return found[1];
    if (fault instanceof AggregateError) return faultOfError(fault.errors[0]);
  }
  return null;
}

/** What an HTTP status means before its body is looked at; null: nothing yet. */
export function faultOfStatus(status: number): UpstreamFault | null {
  if (status === 401 || status === 403) return 'unauthorized';
  if (status === 502 || status === 503 || status === 504) return 'unreachable';
  return status >= 300 && status < 400 ? 'not_mcp' : null;
}
