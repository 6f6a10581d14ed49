import { z } from 'zod';
import { cursorSchema, idSchema, searchSchema, timestampSchema } from '#server/core/access/schema.ts';
import { matchingView } from '#server/core/paging/schema.ts';
import { sequenceSchema } from '#server/oversight/audit-seals/schema.ts';

export const auditLimits = { pageSize: 200, searchLength: 100 } as const;

export const actorKinds = ['user', 'key', 'agent', 'system', 'anonymous'] as const;
export const auditOutcomes = ['ok', 'denied', 'failed'] as const;
export type AuditOutcome = (typeof auditOutcomes)[number];

/** What part of the log is asked for; the same for a page and for an export. */
export const auditFilter = z.strictObject({
  actor: idSchema.optional().meta({ description: 'Who did it: the id of a user, key or agent.' }),
  action: z
    .string()
    .max(100)
    .regex(/^[a-z_]+\.([a-z_]+|\*)$/, 'An action, such as token.revoke, or the beginning of some: token.*')
    .optional()
    .meta({ description: 'An action, or `token.*` for all about tokens.', example: 'token.*' }),
  resource: idSchema.optional().meta({ description: 'What it was done to: its id.' }),
  credential: idSchema.optional().meta({ description: 'With which credential: its id.' }),
  outcome: z.enum(auditOutcomes).optional(),
  from: timestampSchema.optional().meta({ description: 'Not before this.' }),
  to: timestampSchema.optional().meta({ description: 'Before this.' }),
  search: searchSchema(auditLimits.searchLength).min(1).optional().meta({
    description:
      'The beginnings of words in the names of who and what, an address, a code; a whole action; or any id, a request’s too.',
    example: 'laptop',
  }),
});
export type AuditFilter = z.infer<typeof auditFilter>;

export const listAuditInput = auditFilter.extend({
  cursor: cursorSchema.optional(),
  limit: z.int().min(1).max(auditLimits.pageSize).default(50),
});
export type ListAuditInput = z.infer<typeof listAuditInput>;

export const exportFormats = ['csv', 'excel', 'ndjson'] as const;
export type ExportFormat = (typeof exportFormats)[number];

export const exportAuditInput = auditFilter.extend({
  format: z.enum(exportFormats).default('csv').meta({
    description:
      'Newline-delimited JSON is one event a line; `excel` is CSV with a byte order mark, without which Excel takes it for another encoding.',
  }),
});
export type ExportAuditInput = z.infer<typeof exportAuditInput>;

export const auditEventInput = z.strictObject({ sequence: sequenceSchema });
export type AuditEventInput = z.infer<typeof auditEventInput>;

export const auditEventView = z.object({
  sequence: sequenceSchema,
  time: timestampSchema,
  actor: z.object({
    kind: z.enum(actorKinds),
    id: idSchema.nullable(),
    label: z.string().meta({ description: 'As it was then.', example: 'ada@example.com' }),
  }),
  credentialId: idSchema.nullable(),
  onBehalfOf: idSchema.nullable(),
  action: z.string().meta({ example: 'token.revoke' }),
  resource: z
    .object({
      type: z.string().meta({ example: 'token' }),
      id: idSchema.nullable(),
      label: z.string().nullable().meta({ example: 'laptop' }),
    })
    .nullable(),
  outcome: z.enum(auditOutcomes),
  code: z.string().nullable().meta({ description: 'Why it was denied or failed.', example: null }),
  address: z.string().nullable().meta({ example: '203.0.113.7' }),
  userAgent: z.string().nullable().meta({ example: 'curl/8.5.0' }),
  requestId: idSchema.nullable(),
  detail: z.record(z.string(), z.unknown()).meta({
    description: 'Changed fields as `{from, to}`; reasons, counts.',
    example: { reason: 'Laptop was lost' },
  }),
});
export type AuditEventView = z.infer<typeof auditEventView>;

export const auditPageView = z.object({
  items: z.array(auditEventView),
  nextCursor: cursorSchema.nullable().meta({
    description:
      'Null at the end of the log. A page may hold fewer rows than asked for, even none, and still have a next one: a rare combination is looked for piece by piece.',
    example: null,
  }),
  matching: matchingView.nullable().meta({
    description: 'How many events the filters find, counted as far as that is quick. `null` behind a cursor.',
  }),
});
export type AuditPageView = z.infer<typeof auditPageView>;

export const auditActionsView = z.object({
  actions: z.array(z.string()).meta({ example: ['token.create', 'token.revoke'] }),
});
export type AuditActionsView = z.infer<typeof auditActionsView>;
