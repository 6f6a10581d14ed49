import { z } from 'zod';
import { timestampSchema } from '#server/core/access/schema.ts';
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

export const sequenceSchema = z.int().positive().meta({ example: 48_213 });

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
