import { rpcCodes } from '#server/doors/mcp/schema.ts';

interface RpcErrorOptions {
  /** Left out: 200, as of an error that a request was answered with rather than refused by. */
  status?: number;
  data?: unknown;
}

/** A refusal in the words of JSON-RPC. */
export class RpcError extends Error {
  readonly code: number;
  readonly status: number;
  readonly data: unknown;

  constructor(code: keyof typeof rpcCodes, message: string, { status = 200, data }: RpcErrorOptions = {}) {
    super(message);
    this.name = 'RpcError';
    this.code = rpcCodes[code];
    this.status = status;
    this.data = data;
  }
}

/** As it goes over the wire; `id` is null where it is not known which request is refused. */
export function errorMessage({ code, message, data }: RpcError, id: string | number | null): object {
  return { jsonrpc: '2.0', id, error: { code, message, ...(data !== undefined && { data }) } };
}
