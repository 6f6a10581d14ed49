import type { PersonCtx } from '#server/core/access/context.ts';
import { findPlaces } from '#server/core/credential-use/daily-use.ts';
import { ownerOf } from '#server/credentials/tokens/commands.ts';
import { findToken } from '#server/credentials/tokens/queries.ts';
import type { TokenIdInput, TokenPlacesView } from '#server/credentials/tokens/schema.ts';
import { notFound } from '#server/errors.ts';

const shownPlaces = 100;

/** From where and for what one of the asker's tokens was used in the last 30 days. Throws `not_found`. */
export async function listPlaces({ runtime, principal, now }: PersonCtx, { id }: TokenIdInput) {
  const token = await findToken(runtime.db, ownerOf(principal), id);
  if (!token) throw notFound('token');
  const places = await findPlaces(runtime.db, principal.tenantId, id, now());
  return {
    items: places.slice(0, shownPlaces).map((place) => ({ ...place, lastAt: place.lastAt.toISOString() })),
  } satisfies TokenPlacesView;
}
