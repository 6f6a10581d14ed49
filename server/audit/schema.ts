import { z } from 'zod';
import { cursorSchema, idSchema, searchSchema, timestampSchema } from '#server/access/schema.ts';

export const auditLimits = { pageSize: 200, searchLength: 100 } as const;

export const actorKinds = ['user', 'agent', 'system', 'anonymous'] as const;
export const auditOutcomes = ['ok', 'denied', 'failed'] as const;
export type AuditOutcome = (typeof auditOutcomes)[number];

/** Every action that we write down; "noun.verb", never renamed: rows with the old name stay. */
export const auditActions = [
  'access.denied',
  'audit.archive',
  'audit.export',
  'audit.loss_detected',
  'audit.verify',
  'audit.view',
  'auth.code_refused',
  'auth.login',
  'auth.login_failed',
  'auth.logout',
  'auth.paused',
  'auth.refused',
  'auth.throttled',
  'backup.create',
  'backup.restore',
  'credential.exposed',
  'credential.new_ip',
  'credential.reuse_detected',
  'device.approve',
  'device.ask',
  'device.collect',
  'device.deny',
  'link.revoke',
  'notice.dismiss',
  'session.confirm',
  'session.revoke',
  'settings.update',
  'setup_code.cancel',
  'setup_code.create',
  'setup_code.redeem',
  'setup_code.report',
  'token.admin_disable',
  'token.admin_enable',
  'token.admin_revoke',
  'token.create',
  'token.disable',
  'token.end_grace',
  'token.identify',
  'token.revoke',
  'token.rotate',
  'token.update',
  'user.accept_invite',
  'user.activate',
  'user.complete_reset',
  'user.create',
  'user.deactivate',
  'user.delete',
  'user.invite',
  'user.link_identity',
  'user.reset_password',
  'user.set_password',
  'user.unlink_identity',
  'user.update',
] as const;
export type AuditAction = (typeof auditActions)[number];

const sequenceSchema = z.int().positive().meta({ example: 48_213 });

/** What part of the log is asked for; the same for a page and for an export. */
export const auditFilter = z.strictObject({
  actor: idSchema.optional().meta({ description: 'Who did it: the id of a user or agent.' }),
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

export const exportAuditInput = auditFilter.extend({
  format: z
    .enum(['csv', 'ndjson'])
    .default('csv')
    .meta({ description: 'Newline-delimited JSON is one event a line.' }),
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
});
export type AuditPageView = z.infer<typeof auditPageView>;

export const auditActionsView = z.object({
  actions: z.array(z.string()).meta({ example: ['token.create', 'token.revoke'] }),
});
export type AuditActionsView = z.infer<typeof auditActionsView>;

const digestSchema = z
  .string()
  .regex(/^[\da-f]{64}$/)
  .meta({ description: 'SHA-256.', example: 'a'.repeat(64) });
const monthSchema = z
  .string()
  .regex(/^\d{4}-\d{2}$/)
  .meta({ example: '2026-11' });
const signatureSchema = z
  .string()
  .regex(/^[\w-]{86}$/)
  .meta({ description: 'Ed25519, base64url.', example: 'A'.repeat(86) });

/** What a seal vouches for, and where it stands in the chain. Its format is in docs/decisions/0018-audit-seals.md. */
export const auditSeal = z.strictObject({
  version: z.literal(1),
  number: z.int().positive().meta({ example: 812 }),
  from: sequenceSchema,
  to: sequenceSchema,
  count: z.int().nonnegative().meta({ example: 7 }),
  months: z.array(
    z.strictObject({
      month: monthSchema,
      count: z.int().positive().meta({ example: 7 }),
      root: digestSchema,
    }),
  ),
  root: digestSchema,
  fingerprints: digestSchema,
  previous: digestSchema,
  time: timestampSchema,
  key: z
    .string()
    .regex(/^[\da-f]{16}$/)
    .meta({ description: 'Which key signed it.', example: '5f0c9d2a7be14c33' }),
  signature: signatureSchema,
});
export type AuditSeal = z.infer<typeof auditSeal>;

export const auditSealView = z.object({
  seal: auditSeal.nullable().meta({ description: 'The newest; null before the first.' }),
  troubles: z.array(z.string()).meta({
    description: 'What is wrong with the sealing at this moment, as this server sees it.',
    example: [],
  }),
});

export const auditKeyView = z.object({
  key: auditSeal.shape.key,
  algorithm: z.literal('Ed25519'),
  publicKey: z.string().meta({
    description: 'PEM. Keep it elsewhere, together with a seal.',
    example: '-----BEGIN PUBLIC KEY-----\n…\n-----END PUBLIC KEY-----\n',
  }),
});

export const verifyAuditInput = z.strictObject({
  after: z
    .int()
    .nonnegative()
    .default(0)
    .meta({ description: 'Go on after this seal: the `next` of the answer before.', example: 0 }),
  seconds: z.int().min(1).max(20).default(20).meta({ description: 'How long to work on it at most.' }),
});
export const verifyAgainstInput = verifyAuditInput.extend({
  seal: auditSeal.meta({ description: 'A seal that was kept elsewhere.' }),
});
export type VerifyAuditInput = z.infer<typeof verifyAuditInput> & { seal?: AuditSeal | undefined };

export const auditFaults = [
  'changed',
  'missing',
  'added',
  'seal_broken',
  'seal_missing',
  'signature',
  'cut_off',
  'unguarded',
  'misdated',
  'lost_rows',
  'unsealed',
  'numbering',
  'key_file',
  'kept_seal',
] as const;
export type AuditFault = (typeof auditFaults)[number];

export const auditVerdictView = z.object({
  intact: z.boolean().meta({
    description: 'Whether everything fits that was looked at, and sealing goes on.',
  }),
  finished: z.boolean().meta({
    description:
      'Whether that was all, or something was found. If not, ask again with `after` set to `next`.',
  }),
  next: z.int().nullable().meta({
    description: 'Null at the end of the log. After a finding: where to go on to look for more.',
    example: null,
  }),
  finding: z
    .object({
      fault: z.enum(auditFaults),
      sequence: z.int().nullable().meta({ description: 'The first row that does not fit.', example: 4711 }),
      seal: z.int().nullable().meta({ description: 'The seal that vouches for it.', example: 12 }),
      detail: z.string().meta({ example: 'Row 4711 is missing.' }),
    })
    .nullable()
    .meta({ example: null }),
  seals: z
    .int()
    .nonnegative()
    .meta({ description: 'Seals looked at, these and all before `after`.', example: 812 }),
  totalSeals: z.int().nonnegative().meta({ example: 812 }),
  rows: z.int().nonnegative().meta({ description: 'Rows looked at by this call.', example: 48_213 }),
  unsealed: z
    .int()
    .nonnegative()
    .meta({ description: 'Rows that no seal vouches for yet, up to 10,000.', example: 0 }),
  sealedTo: z.object({ sequence: z.int(), time: timestampSchema }).nullable(),
  archived: z
    .array(monthSchema)
    .meta({ description: 'Months that were taken out and kept elsewhere.', example: [] }),
});
export type AuditVerdictView = z.infer<typeof auditVerdictView>;
export type AuditFinding = NonNullable<AuditVerdictView['finding']>;
