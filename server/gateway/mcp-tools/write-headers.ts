import manifest from '#package.json' with { type: 'json' };
import type { Runtime } from '#server/core/access/context.ts';
import { signUpstreamJwt, type UpstreamCaller } from '#server/core/signing-keys/sign-upstream-jwt.ts';
import type { Upstream } from '#server/gateway/mcp-tools/queries.ts';

export const clientInfo = { name: 'keyward', version: manifest.version };

/** Where the sealed values of a server's headers stand. */
export const headersRow = (serverId: string) => `mcp_headers:${serverId}`;

/** What proves Keyward to an upstream: its own headers, or a JWT of who calls. Nothing of what the caller sent. */
export async function writeHeaders(
  runtime: Runtime,
  upstream: Pick<Upstream, 'id' | 'url' | 'auth' | 'headersSealed'>,
  caller: UpstreamCaller,
): Promise<Record<string, string>> {
  const own = { 'user-agent': `keyward/${clientInfo.version}` };
  if (upstream.auth === 'keyward_jwt')
    return { ...own, authorization: `Bearer ${await signUpstreamJwt(runtime, caller, upstream.url)}` };
  if (!upstream.headersSealed) return own;
  const opened = runtime.encryptor().decrypt(upstream.headersSealed, headersRow(upstream.id));
  return { ...own, ...(JSON.parse(opened.toString()) as Record<string, string>) };
}

/** A value as a header can hold it (MCP 2026-07-28): what is no plain ASCII as base64. */
export function headerValue(text: string): string {
  const isPlain =
    /^[\x21-\x7e](?:[\t\x20-\x7e]*[\x21-\x7e])?$/.test(text) && !/^=\?base64\?.*\?=$/.test(text);
  return isPlain ? text : `=?base64?${Buffer.from(text).toString('base64')}?=`;
}

type Schema = Record<string, unknown>;

/** The arguments that a tool wants repeated as headers, by the `x-mcp-header` of its properties. */
export function paramHeaders(schema: Schema, args: Schema): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [property, part] of Object.entries((schema['properties'] ?? {}) as Record<string, Schema>)) {
    const value = args[property];
    const name = part['x-mcp-header'];
    if (typeof name === 'string' && /^[\w!#$%&'*+.^`|~-]+$/.test(name) && isHeaderKind(value))
      headers[`mcp-param-${name.toLowerCase()}`] = headerValue(String(value));
    if (isObject(value) && isObject(part)) Object.assign(headers, paramHeaders(part, value));
  }
  return headers;
}

function isHeaderKind(value: unknown): boolean {
  return typeof value === 'string' || typeof value === 'boolean' || Number.isSafeInteger(value);
}

export function isObject(value: unknown): value is Schema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
