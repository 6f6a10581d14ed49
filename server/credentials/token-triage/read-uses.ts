import type { PersonCtx } from '#server/core/access/context.ts';
import { findPlaces, type UseOrigin } from '#server/core/credential-use/daily-use.ts';
import { getAdminToken } from '#server/credentials/token-triage/commands.ts';
import { impactOf } from '#server/credentials/token-triage/rules.ts';
import { triageLimits, type AdminTokenUsesView } from '#server/credentials/token-triage/schema.ts';

/** From where and for what a token was used in the last 30 days, and so what breaks if it is revoked. Throws `not_found`. */
export async function readUses(ctx: PersonCtx, id: string): Promise<AdminTokenUsesView> {
  const token = await getAdminToken(ctx, id);
  const at = ctx.now();
  const places = await findPlaces(ctx.runtime.db, ctx.principal.tenantId, id, at);
  const addresses = gatheredBy(places, (place) => place.address);
  const endpoints = gatheredBy(places, (place) => place.endpoint);
  const sums = { count: sumOf(places, 'count'), refused: sumOf(places, 'refused') };
  const used = addresses.filter(({ count }) => count > 0).length;
  return {
    impact: impactOf({ ...token, ...sums, addresses: used }, at),
    ...sums,
    addresses: addresses.slice(0, triageLimits.places).map(({ name, ...use }) => ({ address: name, ...use })),
    endpoints: endpoints
      .slice(0, triageLimits.places)
      .map(({ name, ...use }) => ({ endpoint: name, ...use })),
  };
}

const sumOf = (places: UseOrigin[], what: 'count' | 'refused') =>
  places.reduce((sum, place) => sum + place[what], 0);

/** The places of each name together, the most used first. Those beyond a day's limit have none, and count in the sums only. */
function gatheredBy(places: UseOrigin[], nameOf: (place: UseOrigin) => string | null) {
  return [...Map.groupBy(places, nameOf)]
    .flatMap(([name, some]) => (name === null ? [] : [{ name, some }]))
    .map(({ name, some }) => ({
      name,
      count: sumOf(some, 'count'),
      refused: sumOf(some, 'refused'),
      // The latest place comes first.
      lastAt: some[0]?.lastAt.toISOString() ?? '',
    }))
    .toSorted((a, b) => b.count - a.count || Number(a.lastAt < b.lastAt) * 2 - 1);
}
