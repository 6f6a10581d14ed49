import { jsonb, pgTable, uuid } from 'drizzle-orm/pg-core';
import { bytea, instant } from '#db/schema/columns.ts';

export const signingKeys = pgTable('signing_keys', {
  id: uuid('id').primaryKey(),
  publicJwk: jsonb('public_jwk').$type<{ kty: 'OKP'; crv: 'Ed25519'; x: string }>().notNull(),
  sealedPrivateKey: bytea('sealed_private_key').notNull(),
  createdAt: instant('created_at').notNull(),
  signsFrom: instant('signs_from').notNull(),
  signsUntil: instant('signs_until').notNull(),
  publishedUntil: instant('published_until').notNull(),
});
