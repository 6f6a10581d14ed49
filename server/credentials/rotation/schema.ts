import { z } from 'zod';
import { cursorSchema, idSchema, timestampSchema } from '#server/core/access/schema.ts';

/** A secret is made and its hash stored; sent to the agent; on its disk; used for the first time, which makes it the current one. */
export const rotationStates = [
  'queued',
  'staged',
  'delivered',
  'persisted',
  'promoted',
  'failed',
  'superseded',
  'cancelled',
] as const;
export const rotationStateSchema = z.enum(rotationStates).meta({
  description:
    '`queued`: it waits for the agent to connect. `staged`: the secret is made. `delivered`: sent to the agent. `persisted`: on its disk. `promoted`: used for the first time, and so the current one. `failed`, `superseded`, `cancelled`: the one before it goes on.',
});
export type RotationState = z.infer<typeof rotationStateSchema>;

export const openRotationStates = [
  'queued',
  'staged',
  'delivered',
  'persisted',
] as const satisfies readonly RotationState[];

/** What an agent says when it cannot take a new secret, and what the server finds by itself. */
export const agentFailures = [
  'disk_full',
  'not_writable',
  'verify_failed',
  'busy',
  'unsupported',
  'other',
] as const;
export type AgentFailure = (typeof agentFailures)[number];
export const rotationFailures = [...agentFailures, 'timeout', 'lost'] as const;

export const rotationCauses = ['schedule', 'request', 'recovery', 'enrollment'] as const;

export const rotationView = z.object({
  id: idSchema,
  agentId: idSchema,
  epoch: z.int().nullable().meta({
    description: 'Of the new secret: rises with every rotation. `null` while it is queued.',
    example: 4,
  }),
  state: rotationStateSchema,
  cause: z.enum(rotationCauses).meta({
    description:
      '`schedule`: it was due. `request`: someone asked for it. `recovery`: the secret had expired or was an old one. `enrollment`: a code was used again.',
  }),
  requestedBy: z.string().nullable().meta({ example: 'ada@example.com' }),
  failure: z.enum(rotationFailures).nullable(),
  failureText: z.string().nullable().meta({ description: 'What the agent said.' }),
  createdAt: timestampSchema,
  stagedAt: timestampSchema.nullable(),
  deliveredAt: timestampSchema.nullable(),
  persistedAt: timestampSchema.nullable(),
  promotedAt: timestampSchema.nullable(),
  endedAt: timestampSchema.nullable(),
  graceEndsAt: timestampSchema.nullable().meta({
    description: 'Until when the secret that it replaced works; `null` where none does.',
  }),
});
export type RotationView = z.infer<typeof rotationView>;

export const rotateAgentInput = z.strictObject({
  id: idSchema,
  wait: z
    .enum(['reconnect'])
    .optional()
    .meta({ description: '`reconnect`: queues it for an agent that is not connected.' }),
});
export type RotateAgentInput = z.infer<typeof rotateAgentInput>;

export const listRotationsInput = z.strictObject({
  id: idSchema,
  cursor: cursorSchema.optional(),
  limit: z.int().min(1).max(200).default(50),
});
export type ListRotationsInput = z.infer<typeof listRotationsInput>;

export const rotationPageView = z.object({
  items: z.array(rotationView).meta({ description: 'Newest first.' }),
  nextCursor: cursorSchema.nullable(),
});
export type RotationPageView = z.infer<typeof rotationPageView>;

export const rotationIdInput = z.strictObject({ id: idSchema, rotationId: idSchema });
export type RotationIdInput = z.infer<typeof rotationIdInput>;
