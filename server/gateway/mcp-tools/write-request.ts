import type { Runtime } from '#server/core/access/context.ts';
import type { UpstreamCaller } from '#server/core/signing-keys/sign-upstream-jwt.ts';
import type { OfferedTool } from '#server/gateway/mcp-tools/queries.ts';
import { protocolVersion } from '#server/gateway/mcp-tools/schema.ts';
import {
  clientInfo,
  headerValue,
  paramHeaders,
  writeHeaders,
} from '#server/gateway/mcp-tools/write-headers.ts';

export interface CallInput {
  arguments: Record<string, unknown>;
  /** What the caller's client can be asked for in return. */
  capabilities?: Record<string, unknown> | undefined;
  /** Answers to what an earlier result asked for, with its opaque state. */
  answers?: { inputResponses: Record<string, unknown>; requestState?: string | undefined } | undefined;
  traceparent?: string | undefined;
}

const requestId = 1;
const askable = ['elicitation', 'sampling', 'roots'] as const;

/** A call as it goes up: every header and all of `_meta` is ours. */
export async function writeRequest(
  runtime: Runtime,
  call: CallInput & { tool: OfferedTool; caller: UpstreamCaller },
) {
  const { definition, server } = call.tool;
  const method = 'tools/call';
  const headers = {
    ...(await writeHeaders(runtime, server, call.caller)),
    'mcp-protocol-version': protocolVersion,
    'mcp-method': method,
    'mcp-name': headerValue(definition.name),
    ...paramHeaders(definition.inputSchema, call.arguments),
    ...(call.traceparent !== undefined && { traceparent: call.traceparent }),
  };
  const params = {
    name: definition.name,
    arguments: call.arguments,
    ...call.answers,
    _meta: {
      'io.modelcontextprotocol/protocolVersion': protocolVersion,
      'io.modelcontextprotocol/clientInfo': clientInfo,
      'io.modelcontextprotocol/clientCapabilities': knownCapabilities(call.capabilities),
      progressToken: requestId,
    },
  };
  return { headers, request: { jsonrpc: '2.0', id: requestId, method, params } };
}

/** By their names alone: what a client writes into them stays here. */
export function knownCapabilities(capabilities: Record<string, unknown> = {}): Record<string, object> {
  const known = askable.filter((name) => capabilities[name] !== undefined);
  return Object.fromEntries(
    known.map((name) => [name, name === 'elicitation' ? formsOf(capabilities[name]) : {}]),
  );
}

function formsOf(elicitation: unknown): Record<string, object> {
  const asked = typeof elicitation === 'object' && elicitation !== null ? Object.keys(elicitation) : [];
  return Object.fromEntries(['form', 'url'].filter((form) => asked.includes(form)).map((form) => [form, {}]));
}
