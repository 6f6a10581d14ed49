import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import pg from 'pg';
import { foldText } from '#server/core/access/schema.ts';
import { migrateDatabase } from '#server/testing/cluster.ts';
import { createDatabase, oddLocales } from '#server/testing/database.ts';

async function openIn(locale: string) {
  const database = await createDatabase('template0', locale);
  await migrateDatabase(database.address);
  const client = new pg.Client(database.address);
  await client.connect();
  return {
    async fold(texts: string[]): Promise<string[]> {
      const { rows } = await client.query<{ folded: string }>(
        'select fold_text(text) as folded from unnest($1::text[]) with ordinality as given (text, nth) order by nth',
        [texts],
      );
      return rows.map(({ folded }) => folded);
    },
    async [Symbol.asyncDispose]() {
      await client.end();
      await database[Symbol.asyncDispose]();
    },
  };
}

/** Of Unicode 17, which PostgreSQL 18 does not know. */
const newer = '\uA7F1';
const letters = Array.from({ length: 0x1_f0_00 }, (_, at) => String.fromCodePoint(at + 1)).filter(
  (letter) => letter !== newer && /[\p{L}\p{M}\p{N}]/u.test(letter),
);

for (const [what, locale] of Object.entries({ usual: '', ...oddLocales })) {
  test(`the database and the program fold every letter alike, and its capital too, in a locale that is ${what}`, async () => {
    await using database = await openIn(locale);
    const [own, lower, upper, twice] = await Promise.all([
      database.fold(letters),
      database.fold(letters.map((letter) => letter.toLowerCase())),
      database.fold(letters.map((letter) => letter.toUpperCase())),
      database.fold(letters.map(foldText)),
    ]);
    const differing = letters.filter((letter, at) =>
      [lower[at], upper[at], twice[at], foldText(letter)].some((other) => other !== own[at]),
    );
    assert.deepEqual(differing, []);
  });
}

test('the database and the program fold every text alike, however it is composed', async () => {
  await using database = await openIn('');
  const text = fc.string({
    unit: fc.constantFrom(...'iIıİ\u0307\u0301ΣσςßẞﬁＡÅé%_\\ 😀ΐ\u0345Ж'),
    maxLength: 12,
  });
  await fc.assert(
    fc.asyncProperty(fc.array(text, { minLength: 1, maxLength: 50 }), async (texts) => {
      assert.deepEqual(await database.fold(texts), texts.map(foldText));
      assert.deepEqual(await database.fold(texts.map((one) => one.normalize('NFD'))), texts.map(foldText));
    }),
  );
});
