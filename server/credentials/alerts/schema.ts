import { z } from 'zod';
import { noInput, timestampSchema } from '#server/core/access/schema.ts';
import { adminTokenView } from '#server/credentials/token-triage/schema.ts';

export const attentionLimits = {
  /** Tokens named for each reason; there may be more. */
  perReason: 20,
  unusedDays: 90,
  /** Refused and new addresses are looked for in the last so many days. */
  recentDays: 7,
} as const;

export const attentionReasons = ['knocking', 'owner_gone', 'new_address', 'eternal_unused'] as const;
export type AttentionReason = (typeof attentionReasons)[number];

export const listAttentionInput = noInput;

export const attentionItemView = z.object({
  reason: z.enum(attentionReasons),
  evidence: z.string().meta({ example: 'Never expires, and not used for 97 days.' }),
  action: z
    .enum(['revoke', 'disable', 'look'])
    .meta({ description: 'What is advised. `look`: open it, and judge.' }),
  since: timestampSchema.nullable(),
  token: adminTokenView,
});
export type AttentionItemView = z.infer<typeof attentionItemView>;

export const attentionView = z.object({
  items: z.array(attentionItemView).meta({ description: 'The gravest first; a token once for each reason.' }),
  hasMore: z.array(z.enum(attentionReasons)).meta({
    description: `Reasons that more than ${attentionLimits.perReason} tokens have.`,
  }),
});
export type AttentionView = z.infer<typeof attentionView>;
