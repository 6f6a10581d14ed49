import { CliError } from './errors.ts';

const ca =
  'If your organisation has a certificate authority of its own, name it: NODE_EXTRA_CA_CERTS=/path/to/ca.pem';

/** What Node and OpenSSL call it → what it is, and what to do. */
const faults: Record<string, [what: string, hint?: string]> = {
  ECONNREFUSED: ['nothing listens there', 'Is the server running, and is the port right?'],
  ENOTFOUND: ['there is no such host', 'Is the address spelt right?'],
  EAI_AGAIN: ['its name could not be looked up', 'Is this machine online?'],
  ENETUNREACH: ['the network does not lead there', 'Is this machine online?'],
  EHOSTUNREACH: ['the network does not lead there', 'Is this machine online?'],
  ETIMEDOUT: ['it does not answer'],
  ECONNRESET: ['it broke the connection off'],
  HPE_INVALID_CONSTANT: ['what answers there does not speak HTTP', 'Should the address begin with https://?'],
  EPROTO: ['it does not speak TLS', 'Should the address begin with http://?'],
  ERR_SSL_WRONG_VERSION_NUMBER: ['it does not speak TLS', 'Should the address begin with http://?'],
  ERR_SSL_PACKET_LENGTH_TOO_LONG: ['it does not speak TLS', 'Should the address begin with http://?'],
  DEPTH_ZERO_SELF_SIGNED_CERT: ['its certificate is self-signed', ca],
  SELF_SIGNED_CERT_IN_CHAIN: [
    'its certificate is signed by an authority that this machine does not know',
    ca,
  ],
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: ['its certificate cannot be verified', ca],
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: [
    'its certificate is signed by an authority that this machine does not know',
    ca,
  ],
  CERT_HAS_EXPIRED: [
    'its certificate has expired',
    'Is this machine’s clock right? Otherwise tell whoever runs the server.',
  ],
  CERT_NOT_YET_VALID: ['its certificate is not valid yet', 'Is this machine’s clock right?'],
  ERR_TLS_CERT_ALTNAME_INVALID: [
    'its certificate is for another name',
    'Is the address right? Nothing was sent there.',
  ],
};

/** Why a server could not be asked, in a line that names it. */
export function describeNetworkFault(error: unknown, server: string): CliError {
  if (error instanceof CliError) return error;
  if (error instanceof Error && /^(Timeout|Abort)Error$/.test(error.name))
    return new CliError('unreachable', `${server} cannot be reached: it does not answer.`);
  const code = codeOf(error);
  const [what, hint] = faults[code] ?? ['the connection failed'];
  return new CliError('unreachable', `${server} cannot be reached: ${what}.`, {
    hint,
    code: code || undefined,
  });
}

/** The code stands in the cause, or in one of several where several addresses were tried. */
function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return '';
  const code = (error as NodeJS.ErrnoException).code;
  if (code && Object.hasOwn(faults, code)) return code;
  const several = error instanceof AggregateError ? (error.errors as unknown[]) : [];
  const inner = [error.cause, ...several].map(codeOf).find(Boolean);
  return inner ?? code ?? '';
}
