import { z } from 'zod';
import { idSchema } from '#server/core/access/schema.ts';
import { agentFailures } from '#server/credentials/rotation/schema.ts';

/** The channel of agents: JSON-RPC 2.0 over a WebSocket, one message a frame. */
export const channelPath = '/agents/connect';

export const channelLimits = {
  messageBytes: 65_536,
  /** Empty ones count as well: otherwise one message could go on for ever. */
  framesPerMessage: 64,
  messagesPerSecond: 20,
  /** Within which the agent says hello. */
  helloMs: 10_000,
  heartbeatSeconds: 30,
  /** Connections that one server holds. */
  connections: 20_000,
} as const;

/** Why a server closes the channel. After 4001 and 4003 an agent learns by its next upgrade whether to wait or to end. */
export const closeCodes = {
  goingAway: 1001,
  protocol: 4000,
  refused: 4001,
  tenantSuspended: 4003,
  noHello: 4008,
  replaced: 4009,
  olderEpoch: 4010,
  tooFast: 4013,
} as const;

/** Agent → server, the first message. */
export const helloParams = z.strictObject({
  host: z.string().min(1).max(253),
  version: z.string().min(1).max(64),
  /** Of the secret that it calls with. */
  epoch: z.int().positive(),
  /** Of one that it holds beside it and has not confirmed. */
  nextEpoch: z.int().positive().optional(),
});
export type HelloParams = z.infer<typeof helloParams>;

/** What it is answered. */
export interface HelloResult {
  agentId: string;
  epoch: number;
  /** ISO 8601. */
  serverTime: string;
  heartbeatSeconds: number;
}

/** Server → agent: a new secret, to be put on the disk before it is confirmed. */
export const rotateParams = z.object({
  rotationId: idSchema,
  epoch: z.int(),
  token: z.string(),
  graceSeconds: z.int(),
});
export type RotateParams = z.infer<typeof rotateParams>;

export const rotateResult = z.object({ status: z.literal('persisted') });

/** Agent → server: the new secret was used. */
export const rotationCompleteParams = z.strictObject({ rotationId: idSchema, epoch: z.int().positive() });

/** Agent → server, or the data of an error that answers `token.rotate`. */
export const rotationFailedParams = z.strictObject({
  rotationId: idSchema,
  reason: z.enum(agentFailures),
  text: z.string().max(200).optional(),
});
