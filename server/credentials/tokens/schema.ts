import { z } from 'zod';
import {
  cursorSchema,
  grantSchema,
  idSchema,
  resourcesSchema,
  resourcesView,
  searchSchema,
  timestampSchema,
} from '#server/core/access/schema.ts';
import { secretFreeLine } from '#server/core/free-text/schema.ts';
import { matchingView } from '#server/core/paging/schema.ts';
import { soonDays } from '#server/core/secrets/schema.ts';

export const tokenLimits = {
  nameLength: 64,
  maxDays: 3650,
  defaultDays: 90,
  allowlistEntries: 50,
  pageSize: 200,
  reported: 100,
  /** Tokens of one person that have neither expired nor been revoked. */
  live: 500,
  /** Tokens, rotations and setup codes of one person on one day (UTC). */
  madePerDay: 5_000,
} as const;

export const tokenStatuses = ['active', 'expiring', 'blocked', 'disabled', 'expired', 'revoked'] as const;
export const tokenStatusSchema = z.enum(tokenStatuses).meta({
  description: `Worked out by the server. \`expiring\`: ${soonDays} days or less left; \`blocked\`: its owner is deactivated, or the tenant suspended.`,
});
export type TokenStatus = z.infer<typeof tokenStatusSchema>;

export const tokenNameSchema = secretFreeLine(tokenLimits.nameLength, 'Enter a name.').meta({
  example: 'laptop',
});

export const ipAllowlistSchema = z
  .array(z.union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()], 'Not an IP address or CIDR range.'))
  .max(tokenLimits.allowlistEntries)
  .meta({ example: ['203.0.113.0/24'] });

/** A personal access token as its owner sees it. Never the secret, nor its hash. */
export const tokenView = z.object({
  id: idSchema,
  name: z.string().meta({ example: 'laptop' }),
  prefix: z.string().meta({ example: 'kw_pat_4fT9xQ2a' }),
  permissions: grantSchema,
  resources: resourcesView.nullable(),
  ipAllowlist: z.array(z.string()).meta({ example: [] }),
  status: tokenStatusSchema,
  enabled: z.boolean(),
  held: z
    .boolean()
    .meta({ description: 'An admin, or the detection of a stolen secret, switched it off.', example: false }),
  createdAt: timestampSchema,
  expiresAt: timestampSchema.nullable(),
  lastUsedAt: timestampSchema.nullable(),
  lastUsedIp: z.string().nullable().meta({ example: '203.0.113.7' }),
  lastUsedAgent: z.string().nullable().meta({ example: 'curl/8.5.0' }),
  useCount: z.int().nonnegative(),
  revokedAt: timestampSchema.nullable(),
  revokedBy: z.object({ id: idSchema, label: z.string() }).nullable(),
  revokeReason: z.string().nullable(),
  rotation: z.object({ rotatedAt: timestampSchema, graceEndsAt: timestampSchema }).nullable().meta({
    description: 'While the secret that a rotation replaced still works: until when.',
    example: null,
  }),
  useByDay: z
    .array(z.int().nonnegative())
    .length(30)
    .meta({
      description: 'Uses on each of the last 30 days (UTC), oldest first, today last.',
      example: Array.from({ length: 30 }, (_, day) => (day % 7) * 4),
    }),
});
export type TokenView = z.infer<typeof tokenView>;

/** What all of one's tokens together did. */
export const ownUseView = z.object({
  days: z
    .array(
      z.object({
        day: z.iso.date().meta({ example: '2026-11-22' }),
        count: z.int().nonnegative().meta({ example: 12 }),
        refused: z.int().nonnegative().meta({ example: 0 }),
      }),
    )
    .length(30)
    .meta({
      description: 'The last 30 days (UTC), oldest first, today last.',
      example: Array.from({ length: 30 }, (_, day) => ({
        day: `2026-11-${String(day + 1).padStart(2, '0')}`,
        count: (day % 7) * 4,
        refused: 0,
      })),
    }),
});
export type OwnUseView = z.infer<typeof ownUseView>;

export const createTokenInput = z.strictObject({
  name: tokenNameSchema,
  expiresInDays: z
    .int('A whole number of days.')
    .min(1, 'At least 1 day.')
    .max(tokenLimits.maxDays, `At most ${tokenLimits.maxDays} days.`)
    .nullable()
    .default(tokenLimits.defaultDays)
    .meta({ description: '`null`: never expires.', example: 90 }),
  permissions: grantSchema.default(['*']),
  resources: resourcesSchema.optional().meta({
    description: 'What it may reach, by type; left out: every resource.',
    example: { flow: ['nightly-report'] },
  }),
  ipAllowlist: ipAllowlistSchema.default([]),
});
export type CreateTokenInput = z.infer<typeof createTokenInput>;

export const createdTokenView = z.object({
  token: z.string().meta({ description: 'The secret, shown here and never again.', example: 'kw_pat_…' }),
  credential: tokenView,
});
export type CreatedTokenView = z.infer<typeof createdTokenView>;

export const tokenIdInput = z.strictObject({ id: idSchema });
export type TokenIdInput = z.infer<typeof tokenIdInput>;

export const updateTokenInput = z.strictObject({
  id: idSchema,
  name: tokenNameSchema.optional(),
  enabled: z.boolean().optional(),
});
export type UpdateTokenInput = z.infer<typeof updateTokenInput>;

export const revokeTokenInput = z.strictObject({
  id: idSchema,
  reason: secretFreeLine(500).optional().meta({ example: 'Laptop was lost' }),
});
export type RevokeTokenInput = z.infer<typeof revokeTokenInput>;

/** For how long a replaced secret may go on working, in seconds. */
export const graceChoices = [0, 900, 3_600, 86_400, 604_800] as const;

export const rotateTokenInput = z.strictObject({
  id: idSchema,
  graceSeconds: z
    .union(
      graceChoices.map((seconds) => z.literal(seconds)),
      `One of ${graceChoices.join(', ')}.`,
    )
    .meta({
      description:
        'For how long the old secret goes on working; never longer than the token itself. An earlier one that is still in its grace stops at once.',
      example: 3_600,
    }),
  rotationId: z.uuid().optional().meta({
    description: 'Made by you. Repeating the call with the same one does not rotate again.',
    example: '6f1f6f0e-8f0c-4b53-9d0e-6f2d0c1e9a41',
  }),
});
export type RotateTokenInput = z.infer<typeof rotateTokenInput>;

export const rotatedTokenView = z.object({
  token: z.string().nullable().meta({
    description: 'The new secret, shown here and never again: `null` where the rotation was made before.',
    example: 'kw_pat_…',
  }),
  credential: tokenView,
});
export type RotatedTokenView = z.infer<typeof rotatedTokenView>;

export const revokeFoundInput = z.strictObject({
  tokens: z
    .array(z.string().max(500))
    .min(1)
    .max(tokenLimits.reported)
    .meta({ description: 'Whole tokens, one a string.', example: ['kw_pat_…'] }),
});
export type RevokeFoundInput = z.infer<typeof revokeFoundInput>;

export const receivedTokensView = z.object({
  received: z.int().meta({ description: 'How many strings were sent, whatever they were.', example: 1 }),
});
export type ReceivedTokensView = z.infer<typeof receivedTokensView>;

export const tokenPlacesView = z.object({
  items: z
    .array(
      z.object({
        address: z.string().nullable().meta({ example: '203.0.113.7' }),
        endpoint: z.string().nullable().meta({ example: 'GET /api/v1/tokens/{id}' }),
        count: z.int().nonnegative().meta({ example: 42 }),
        refused: z.int().nonnegative(),
        lastAt: timestampSchema,
      }),
    )
    .meta({
      description:
        'Where it was used from and for what in the last 30 days, the latest first, 100 at most. Both `null`: the rest of days that had very many.',
    }),
});
export type TokenPlacesView = z.infer<typeof tokenPlacesView>;

export const tokenHistoryView = z.object({
  items: z
    .array(
      z.object({
        time: timestampSchema,
        action: z.string().meta({ example: 'token.rotate' }),
        outcome: z.enum(['ok', 'denied', 'failed']),
        code: z.string().nullable().meta({ example: null }),
        by: z.string().meta({ example: 'ada@example.com' }),
        address: z.string().nullable().meta({ example: '203.0.113.7' }),
      }),
    )
    .meta({ description: 'The latest first, 50 at most.' }),
});
export type TokenHistoryView = z.infer<typeof tokenHistoryView>;

export const tokenSorts = ['createdAt', 'expiresAt', 'lastUsedAt', 'name'] as const;

export const listTokensInput = z.strictObject({
  search: searchSchema().optional().meta({ description: 'Part of a name, or the start of a prefix.' }),
  status: tokenStatusSchema.optional(),
  sort: z.enum(tokenSorts).default('createdAt'),
  order: z.enum(['asc', 'desc']).default('desc'),
  cursor: cursorSchema.optional(),
  limit: z.int().min(1).max(tokenLimits.pageSize).default(50),
});
export type ListTokensInput = z.infer<typeof listTokensInput>;

const tokenCountsView = z.object({
  total: z.int(),
  active: z.int(),
  expiring: z.int(),
  blocked: z.int(),
  disabled: z.int(),
  expired: z.int(),
  revoked: z.int(),
});
export type TokenCounts = z.infer<typeof tokenCountsView>;

/** What the filters find: on the first page only, for it is the same on the others. */
export const matchingTokensView = matchingView
  .extend({
    byStatus: tokenCountsView
      .nullable()
      .meta({ description: 'By every filter but the status; `null` where the count is not exact.' }),
  })
  .nullable()
  .meta({ description: 'What the filters find. `null` behind a cursor.' });
export type MatchingTokens = z.infer<typeof matchingTokensView>;

export const tokenPageView = z.object({
  items: z.array(tokenView),
  nextCursor: cursorSchema.nullable(),
  counts: tokenCountsView.meta({ description: 'Over all tokens, ignoring the filters.' }),
  matching: matchingTokensView,
});
export type TokenPageView = z.infer<typeof tokenPageView>;
