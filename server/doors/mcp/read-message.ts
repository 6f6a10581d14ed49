import type { IncomingHttpHeaders } from 'node:http';
import { RpcError } from '#server/doors/mcp/rpc-error.ts';
import { messageSchema, metaKeys, revisions } from '#server/doors/mcp/schema.ts';
import { protocolVersion } from '#server/gateway/mcp-tools/schema.ts';

export type Fields = Record<string, unknown>;
export type RpcId = string | number;

export interface RpcRequest {
  kind: 'request';
  id: RpcId;
  method: string;
  params: Fields;
  /** The request's `_meta`. */
  meta: Fields;
  /** Of 2026-07-28, whose requests say all of themselves. */
  isModern: boolean;
}

export interface RpcNotice {
  kind: 'notice';
  method: string;
  params: Fields;
}

/** The one message of a body. Throws `RpcError` for what is none, and where its headers say something else than it does. */
export function readMessage(body: unknown, headers: IncomingHttpHeaders): RpcRequest | RpcNotice {
  const named = headerOf(headers, 'mcp-protocol-version');
  const parsed = messageSchema.safeParse(body);
  if (!parsed.success) throw invalidRequest(body);
  const { id, method, params = {} } = parsed.data;
  const meta = isFields(params['_meta']) ? params['_meta'] : {};
  const claimed = meta[metaKeys.revision];
  if (claimed !== undefined) assertKnown(claimed, [protocolVersion]);
  if (named !== undefined) assertKnown(named, revisions);
  if (id === undefined) return { kind: 'notice', method, params };
  const isModern = claimed !== undefined || named === protocolVersion;
  if (isModern) assertModern({ method, params, meta, headers });
  return {
    kind: 'request',
    id,
    method,
    params,
    meta,
    isModern,
  };
}

/** The id of what may be a request, to refuse it by. */
export function idOf(body: unknown): RpcId | null {
  const id = isFields(body) ? body['id'] : undefined;
  return typeof id === 'string' || typeof id === 'number' ? id : null;
}

function invalidRequest(body: unknown): RpcError {
  const sentence = Array.isArray(body)
    ? 'Send one message at a time: lists of them are not taken.'
    : 'Send one request or notification of JSON-RPC 2.0.';
  return new RpcError('invalidRequest', sentence, { status: 400 });
}

/** Only 2026-07-28 is claimed in a body; the revisions before it stand in a header. */
function assertKnown(requested: unknown, supported: readonly unknown[]): void {
  if (supported.includes(requested)) return;
  throw new RpcError('unknownRevision', 'This server does not speak that revision of MCP.', {
    status: 400,
    data: { supported, requested },
  });
}

interface Claims {
  method: string;
  params: Fields;
  meta: Fields;
  headers: IncomingHttpHeaders;
}

/** By its headers a proxy decides what to let pass: they have to be true. */
function assertModern({ method, params, meta, headers }: Claims): void {
  const claimed = meta[metaKeys.revision];
  if (claimed === undefined && method !== 'initialize') throw incomplete(metaKeys.revision);
  assertSame(headers, 'MCP-Protocol-Version', claimed ?? 'none');
  assertSame(headers, 'Mcp-Method', method);
  if (method === 'tools/call' && typeof params['name'] === 'string')
    assertSame(headers, 'Mcp-Name', params['name']);
  if (!isFields(meta[metaKeys.capabilities])) throw incomplete(metaKeys.capabilities);
}

function incomplete(key: string): RpcError {
  return new RpcError('invalidParams', `A request of ${protocolVersion} says in its _meta: ${key}.`, {
    status: 400,
    data: { envelope: { missing: [key] } },
  });
}

/** Throws where a header does not repeat what the body says. */
export function assertSame(headers: IncomingHttpHeaders, name: string, said: unknown): void {
  const header = headerOf(headers, name.toLowerCase());
  if (header !== undefined && decodeHeader(header) === said) return;
  throw new RpcError(
    'headerMismatch',
    header === undefined
      ? `The header ${name} is missing.`
      : `The header ${name} says something else than the body.`,
    { status: 400, data: { header: name } },
  );
}

/** What is no plain ASCII stands in base64. */
function decodeHeader(header: string): string | undefined {
  const [, base64] = /^=\?base64\?(.*)\?=$/.exec(header) ?? [];
  if (base64 === undefined) return header;
  const bytes = Buffer.from(base64, 'base64');
  return bytes.toString('base64') === base64 ? bytes.toString() : undefined;
}

function headerOf(headers: IncomingHttpHeaders, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value.join(', ') : value;
}

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
