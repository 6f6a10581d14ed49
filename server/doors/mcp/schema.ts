import { z } from 'zod';
import manifest from '#package.json' with { type: 'json' };
import { protocolVersion } from '#server/gateway/mcp-tools/schema.ts';

/** Revisions before 2026-07-28, which begin with `initialize`. */
export const olderRevisions = ['2025-11-25', '2025-06-18', '2025-03-26', '2024-11-05', '2024-10-07'] as const;
export const revisions: readonly string[] = [protocolVersion, ...olderRevisions];
export const serverInfo = { name: 'keyward', title: 'Keyward', version: manifest.version };

const prefix = 'io.modelcontextprotocol';
export const metaKeys = {
  revision: `${prefix}/protocolVersion`,
  capabilities: `${prefix}/clientCapabilities`,
  serverInfo: `${prefix}/serverInfo`,
  subscription: `${prefix}/subscriptionId`,
  /** Why there is no tool of a server. */
  why: 'keyward/why',
} as const;

export const rpcCodes = {
  parseError: -32_700,
  invalidRequest: -32_600,
  unknownMethod: -32_601,
  invalidParams: -32_602,
  refused: -32_000,
  headerMismatch: -32_020,
  missingCapability: -32_021,
  unknownRevision: -32_022,
} as const;

export const streamLimits = {
  /** How often something is sent, so that no proxy in between takes a stream for dead. */
  keepAliveMs: 15_000,
  /** What waits for a slow reader before progress is left out. */
  waitingBytes: 262_144,
} as const;

/** What arguments stand in: a message, and its `params`. */
export const envelopeDepth = 2;
/** Of arguments; a body of 4 MiB cannot hold many more. */
export const bodyBounds = { length: 100_000, values: 1_000_000 } as const;

const fields = z.record(z.string(), z.unknown());

export const messageSchema = z.strictObject({
  jsonrpc: z.literal('2.0'),
  id: z.union([z.string().max(200), z.number()]).optional(),
  method: z.string().min(1).max(200),
  params: fields.optional(),
});

export const callParams = z.object({
  name: z.string().max(200),
  arguments: fields.default({}),
  inputResponses: fields.optional(),
  requestState: z.string().optional(),
});
export type CallParams = z.infer<typeof callParams>;

export const listParams = z.object({ cursor: z.string().max(2_000).optional() });

export const listenParams = z.object({
  notifications: z.object({ toolsListChanged: z.boolean().optional() }),
});

export const cancelParams = z.object({ requestId: z.union([z.string(), z.number()]) });
