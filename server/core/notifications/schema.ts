import { z } from 'zod';
import { credentialKinds, idSchema, timestampSchema } from '#server/core/access/schema.ts';
import { soonDays } from '#server/core/secrets/schema.ts';

export const noticeKinds = [
  'expires_14',
  'expires_7',
  'expires_1',
  'expired_in_use',
  'reuse',
  'exposed',
  'revoked_by_holder',
  'setup_reused',
  'password_set',
  'agent_code_reused',
  'agent_stuck',
  'agent_cloned',
  'agent_lost',
] as const;
export type NoticeKind = (typeof noticeKinds)[number];

/** About the audit log, for admins. */
export const logNoticeKinds = ['audit_finding', 'audit_unverified'] as const;
export type LogNoticeKind = (typeof logNoticeKinds)[number];

/** What is told until it is put away: of tokens that were revoked, which moots all else, and of the account itself. */
export const lastingNotices: readonly NoticeKind[] = ['revoked_by_holder', 'setup_reused', 'password_set'];

/** Days before its expiry at which the owner of a token in use is told. */
export const expiryNotices = { expires_14: 14, expires_7: soonDays, expires_1: 1 } as const;

export const noticeView = z.object({
  id: idSchema,
  kind: z.enum([...noticeKinds, ...logNoticeKinds]).meta({
    description:
      '`expires_…`: in so many days or less. `expired_in_use`: calls with it are refused. `reuse`: a secret that a rotation had replaced was used. `exposed`: it was sent in an address. `revoked_by_holder`: the person who found it revoked it. `setup_reused`: the setup code that made it was used again, and so it was revoked. `password_set`: your account, which had no password, has one. `agent_code_reused`: the code that enrolled an agent was used again, and so its secret was revoked. `agent_stuck`: its rotations are delivered and not confirmed. `agent_cloned`: it seems to run in two places. `agent_lost`: it shows a secret that this server does not know. For admins, `audit_finding`: verified, the audit log does not fit. `audit_unverified`: it could not be verified.',
    example: 'expires_7',
  }),
  token: z
    .object({
      id: idSchema,
      kind: z.enum(credentialKinds),
      name: z.string().meta({ example: 'laptop' }),
      prefix: z.string().meta({ example: 'kw_pat_4fT9xQ2a' }),
      enabled: z.boolean(),
      expiresAt: timestampSchema.nullable(),
    })
    .nullable()
    .meta({ description: 'Null where it is about the account itself or the audit log.' }),
  address: z.string().nullable().meta({ description: 'Where it came from.', example: '203.0.113.7' }),
  detail: z.string().nullable().meta({
    description: 'What was found in the audit log, or where an agent was seen that seems to run twice.',
    example: null,
  }),
  createdAt: timestampSchema,
});
export type NoticeView = z.infer<typeof noticeView>;

export const noticesView = z.object({ items: z.array(noticeView) });
export type NoticesView = z.infer<typeof noticesView>;

export const noticeIdInput = z.strictObject({ id: idSchema });
export type NoticeIdInput = z.infer<typeof noticeIdInput>;
