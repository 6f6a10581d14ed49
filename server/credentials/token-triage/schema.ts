import { z } from 'zod';
import { cursorSchema, idSchema, searchSchema, timestampSchema } from '#server/core/access/schema.ts';
import { secretFreeLine } from '#server/core/free-text/schema.ts';
import { keyView } from '#server/credentials/api-keys/schema.ts';
import {
  matchingTokensView,
  tokenLimits,
  tokenPageView,
  tokenStatusSchema,
  tokenView,
} from '#server/credentials/tokens/schema.ts';

export const triageLimits = {
  bulkIds: 500,
  /** Fits into a call of the web app (256 kB) with what JSON adds to a log. */
  identifiedCharacters: 200_000,
  /** Tokens told apart in one text. */
  identifiedTokens: 500,
  /** Tokens of one prefix that are named. */
  samePrefix: 10,
  /** Addresses, and endpoints, that are named. */
  places: 50,
} as const;

export const useWindows = ['never', '24h', '7d', '30d', '90d+'] as const;
export type UseWindow = (typeof useWindows)[number];

export const adminTokenSorts = ['createdAt', 'lastUsedAt', 'expiresAt', 'owner', 'name'] as const;
export type AdminTokenSort = (typeof adminTokenSorts)[number];

/** A token as an admin sees it: with whose it is. */
export const adminTokenView = tokenView.extend({
  owner: z.object({
    id: idSchema,
    email: z.string().meta({ example: 'ada@example.com' }),
    name: z.string().meta({ example: 'Ada Lovelace' }),
    active: z.boolean().meta({ description: 'False for someone who was deactivated.' }),
  }),
});
export type AdminTokenView = z.infer<typeof adminTokenView>;

const reasonSchema = secretFreeLine(500).optional().meta({ example: 'Found in a public repository' });

export const listAdminTokensInput = z.strictObject({
  search: searchSchema().optional().meta({
    description: 'Part of a token’s name, of its owner’s name or e-mail; or the start of a prefix.',
  }),
  user: searchSchema(254)
    .optional()
    .meta({ description: 'The owner: an id, or an e-mail address.', example: 'ada@example.com' }),
  status: tokenStatusSchema.optional(),
  // In a query a plus that is not encoded means a space.
  lastUsed: z
    .preprocess((value) => (value === '90d ' ? '90d+' : value), z.enum(useWindows))
    .optional()
    .meta({ description: 'Used within that time; `90d+`: last used longer ago than 90 days.' }),
  kind: z.enum(['pat']).optional(),
  sort: z.enum(adminTokenSorts).default('createdAt'),
  order: z.enum(['asc', 'desc']).default('desc'),
  cursor: cursorSchema.optional(),
  limit: z.int().min(1).max(tokenLimits.pageSize).default(50),
});
export type ListAdminTokensInput = z.infer<typeof listAdminTokensInput>;

export const adminTokenPageView = z.object({
  items: z.array(adminTokenView).meta({
    description:
      'May be fewer than asked for, even none, although more follow: go on while there is a cursor.',
  }),
  nextCursor: cursorSchema.nullable(),
  counts: tokenPageView.shape.counts,
  matching: matchingTokensView,
});
export type AdminTokenPageView = z.infer<typeof adminTokenPageView>;

export const adminTokenIdInput = z.strictObject({ id: idSchema });

export const adminRevokeInput = z.strictObject({ id: idSchema, reason: reasonSchema });
export type AdminRevokeInput = z.infer<typeof adminRevokeInput>;

export const bulkActions = ['revoke', 'disable', 'enable'] as const;
export type BulkAction = (typeof bulkActions)[number];

export const bulkInput = z.strictObject({
  ids: z.array(idSchema).min(1).max(triageLimits.bulkIds, `At most ${triageLimits.bulkIds} at once.`),
  action: z.enum(bulkActions),
  reason: reasonSchema,
});
export type BulkInput = z.infer<typeof bulkInput>;

export const bulkView = z.object({
  changed: z.array(idSchema).meta({ description: 'Those that were not so already.' }),
});
export type BulkView = z.infer<typeof bulkView>;

export const identifyInput = z.strictObject({
  text: z
    .string()
    .min(1, 'Paste something.')
    .max(triageLimits.identifiedCharacters, 'At most 200,000 characters at once: look through it in parts.')
    .meta({
      description: 'A token, its prefix, a line of a log, a whole log. It is not stored.',
      example: 'a line of a log',
    }),
});
export type IdentifyInput = z.infer<typeof identifyInput>;

export const identifiedView = z.object({
  prefix: z.string().meta({ example: 'kw_pat_4fT9xQ2a' }),
  by: z.enum(['secret', 'prefix']).meta({
    description: 'What was found in the text: a whole secret, or only what one begins with.',
  }),
  state: z.enum(['current', 'staged', 'grace', 'retired', 'unknown']).meta({
    description: 'Which of the token’s or key’s secrets this is; `unknown`: none of this installation’s.',
  }),
  token: adminTokenView.nullable().meta({ description: 'Where it is a person’s.' }),
  key: keyView
    .pick({ id: true, name: true, status: true })
    .nullable()
    .meta({ description: 'Where it is an API key, for those who hold `keys:read`.' }),
});
export type IdentifiedView = z.infer<typeof identifiedView>;

export const identificationView = z.object({
  items: z.array(identifiedView).meta({
    description: `Each once, in the order of the text; of one prefix the ${triageLimits.samePrefix} newest at most.`,
  }),
  skipped: z.int().meta({
    description: `How many there were beyond the first ${triageLimits.identifiedTokens}.`,
    example: 0,
  }),
});
export type IdentificationView = z.infer<typeof identificationView>;

const placeFields = { count: z.int(), refused: z.int(), lastAt: timestampSchema };

export const adminTokenUsesView = z.object({
  impact: z
    .object({
      verdict: z.enum(['breaks', 'quiet', 'ended']),
      sentence: z.string().meta({ example: 'Not used for 97 days: nothing will notice.' }),
    })
    .meta({ description: 'What breaks if it is revoked.' }),
  count: z.int(),
  refused: z.int(),
  addresses: z.array(z.object({ address: z.string().meta({ example: '203.0.113.7' }), ...placeFields })),
  endpoints: z.array(z.object({ endpoint: z.string().meta({ example: 'GET /api/v1/me' }), ...placeFields })),
});
export type AdminTokenUsesView = z.infer<typeof adminTokenUsesView>;
