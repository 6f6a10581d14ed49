import { z } from 'zod';
import { cursorSchema, idSchema, timestampSchema } from '#server/core/access/schema.ts';

export const linkKinds = ['invite', 'reset', 'password', 'magic', 'setup', 'device', 'agent'] as const;
export type LinkKind = (typeof linkKinds)[number];

/** Something that was handed out and still works: a link, a code or a password that an admin chose. Never the code itself. */
export const linkView = z.object({
  id: idSchema,
  kind: z.enum(linkKinds).meta({
    description:
      '`password`: one that an admin chose and its owner has not replaced. `magic`: a mailed sign-in link. `setup`: a setup code. `device`: a device that was approved and has not collected its token. `agent`: a code that enrolls an agent.',
    example: 'invite',
  }),
  user: z
    .object({
      id: idSchema,
      name: z.string().meta({ example: 'Grace Hopper' }),
      email: z.string().meta({ example: 'grace@example.com' }),
    })
    .meta({
      description: 'For whom: who it signs in, whose token it gives, or who made the code of an agent.',
    }),
  issuedBy: z
    .object({ id: idSchema, label: z.string().meta({ example: 'ada@example.com' }) })
    .nullable()
    .meta({ description: 'Null: the person asked for it on the sign-in page, or an operator made it.' }),
  credential: z
    .object({ id: idSchema, name: z.string().meta({ example: 'provisioning' }) })
    .nullable()
    .meta({ description: 'The token that issued it; null: a signed-in browser did.', example: null }),
  about: z.string().nullable().meta({
    description: 'The label of a setup code, the name of a device or of an agent.',
    example: null,
  }),
  createdAt: timestampSchema,
  expiresAt: timestampSchema,
});
export type LinkView = z.infer<typeof linkView>;

export const listLinksInput = z.strictObject({
  cursor: cursorSchema.optional(),
  limit: z.int().min(1).max(200).default(50),
});
export type ListLinksInput = z.infer<typeof listLinksInput>;

export const linkPageView = z.object({
  items: z.array(linkView),
  nextCursor: cursorSchema.nullable(),
});
export type LinkPageView = z.infer<typeof linkPageView>;

export const linkIdInput = z.strictObject({ id: idSchema });
export type LinkIdInput = z.infer<typeof linkIdInput>;
