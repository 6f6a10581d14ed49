import { z } from 'zod';
import {
  credentialKinds,
  cursorSchema,
  idSchema,
  permissionSchema,
  resourceSchema,
  timestampSchema,
} from '#server/core/access/schema.ts';

export const reachReasons = ['id', 'prefix', '*', 'role'] as const;

export const listReachInput = z.strictObject({
  ...resourceSchema.shape,
  cursor: cursorSchema.optional(),
  limit: z.int().min(1).max(200).default(50),
});
export type ListReachInput = z.infer<typeof listReachInput>;

export const reachPageView = z.object({
  items: z.array(
    z.object({
      kind: z.enum(['user', ...credentialKinds]).meta({ description: 'A person, or a credential.' }),
      id: idSchema,
      label: z.string().meta({ example: 'billing' }),
      owner: z
        .object({ id: idSchema, label: z.string().meta({ example: 'ada@example.com' }) })
        .nullable()
        .meta({ description: 'Of a credential: whose token or agent it is, or who made the key.' }),
      reason: z.enum(reachReasons).meta({
        description:
          '`id`: it is named. `prefix`: `server/*` or `provider/*` is. `*`: every one of the type is. `role`: a person reaches every resource, by a session or a token that names none.',
      }),
      expiresAt: timestampSchema.nullable(),
    }),
  ),
  nextCursor: cursorSchema.nullable(),
});
export type ReachPageView = z.infer<typeof reachPageView>;

export const deciders = ['tenant', 'owner', 'role', 'grant', 'resource', 'pause', 'limit'] as const;
export type Decider = (typeof deciders)[number];

export const explainInput = z.strictObject({
  credentialId: idSchema,
  permission: permissionSchema.optional(),
  resource: resourceSchema.optional(),
});
export type ExplainInput = z.infer<typeof explainInput>;

export const explanationView = z.object({
  allowed: z.boolean(),
  decidedBy: z.enum(deciders).meta({
    description:
      'The rule that decided: the first that refuses or, where none does, the last that was asked.',
  }),
  sentence: z.string().meta({ example: 'The key "billing" may use llm:call.' }),
});
export type ExplanationView = z.infer<typeof explanationView>;
