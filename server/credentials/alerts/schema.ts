import { z } from 'zod';
import { idSchema, noInput, timestampSchema } from '#server/core/access/schema.ts';
import { adminTokenView } from '#server/credentials/token-triage/schema.ts';

export const attentionLimits = {
  /** Tokens, agents or tool servers named for each reason; there may be more. */
  perReason: 20,
  unusedDays: 90,
  /** Refused and new addresses are looked for in the last so many days. */
  recentDays: 7,
} as const;

/** Of agents. */
export const agentReasons = ['clone_suspected', 'rotation_stuck', 'agent_orphaned'] as const;
export type AgentReason = (typeof agentReasons)[number];
/** Of tokens. */
export const tokenReasons = ['knocking', 'owner_gone', 'new_address', 'eternal_unused'] as const;
export type TokenReason = (typeof tokenReasons)[number];
/** Of tool servers. */
export const serverReasons = ['server_down', 'tools_held', 'tools_hidden'] as const;
export type ServerReason = (typeof serverReasons)[number];
const attentionReasons = [...agentReasons, ...serverReasons, ...tokenReasons] as const;
export type AttentionReason = (typeof attentionReasons)[number];

export const listAttentionInput = noInput;

export const attentionItemView = z.object({
  reason: z.enum(attentionReasons).meta({
    description:
      'Of an agent: `clone_suspected`: it seems to run in two places. `rotation_stuck`: it does not confirm its new secrets. `agent_orphaned`: its owner is gone, so it is refused. Of a tool server: `server_down`: it does not answer. `tools_held`: new or changed tools wait to be approved. `tools_hidden`: other tools have the names of some.',
  }),
  evidence: z.string().meta({ example: 'Never expires, and not used for 97 days.' }),
  action: z
    .enum(['revoke', 'disable', 'look'])
    .meta({ description: 'What is advised. `look`: open it, and judge.' }),
  since: timestampSchema.nullable(),
  token: adminTokenView.nullable().meta({ description: 'Null where it is about no token.' }),
  agent: z
    .object({
      id: idSchema,
      name: z.string().meta({ example: 'build-runner-1' }),
      owner: z.object({ id: idSchema, email: z.string().meta({ example: 'ada@example.com' }) }),
    })
    .nullable()
    .meta({ description: 'Null where it is about no agent.' }),
  server: z
    .object({ id: idSchema, alias: z.string().meta({ example: 'github' }) })
    .nullable()
    .meta({ description: 'Null where it is about no tool server.' }),
});
export type AttentionItemView = z.infer<typeof attentionItemView>;

export const attentionView = z.object({
  items: z
    .array(attentionItemView)
    .meta({ description: 'The gravest first; a token, an agent or a tool server once for each reason.' }),
  hasMore: z.array(z.enum(attentionReasons)).meta({
    description: `Reasons that more than ${attentionLimits.perReason} tokens, agents or tool servers have.`,
  }),
});
export type AttentionView = z.infer<typeof attentionView>;
