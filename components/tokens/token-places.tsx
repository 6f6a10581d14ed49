'use client';
import { useQuery } from '@tanstack/react-query';
import { problemOf, sentenceOf } from '#components/api/problem.ts';
import { trpcClient } from '#components/api/trpc.ts';
import { Alert } from '#components/ui/alert.tsx';
import { Skeleton } from '#components/ui/skeleton.tsx';
import { agoWords, exactWords } from '#components/ui/time-words.ts';
import { useNow } from '#components/ui/use-now.ts';
import type { TokenPlacesView } from '#server/credentials/tokens/schema.ts';
import { timesWords } from './daily-use-words.ts';
import { tokensKey } from './tokens-key.ts';

/** From where and for what a token of mine is used: what would stop if it were revoked. */
export function TokenPlaces({ id }: { id: string }) {
  const { data, error } = useQuery({
    queryKey: [...tokensKey, 'places', id],
    queryFn: ({ signal }) => trpcClient.tokens.places.query({ id }, { signal }),
  });
  return (
    <section aria-labelledby="places">
      <h3 id="places" className="mb-2 font-semibold">
        Where it is used
      </h3>
      {!data && !error && <Skeleton className="h-24 w-full" />}
      {!data && error && <Alert variant="danger">{sentenceOf(problemOf(error))}</Alert>}
      {data?.items.length === 0 && (
        <p className="text-sm text-muted">Nowhere in the last 30 days: nothing would stop without it.</p>
      )}
      {data && data.items.length > 0 && <PlaceList places={data.items} />}
    </section>
  );
}

function PlaceList({ places }: { places: TokenPlacesView['items'] }) {
  const now = useNow();
  return (
    <ul className="divide-y divide-line rounded-card border border-line">
      {places.map((place) => {
        const at = new Date(place.lastAt);
        return (
          <li
            key={`${place.address} ${place.endpoint}`}
            className="grid grid-cols-[minmax(0,1fr)_auto] items-baseline gap-x-3 px-3 py-2 text-sm"
          >
            <span className="truncate font-medium" title={place.address ?? undefined}>
              {place.address ?? 'Other addresses'}
            </span>
            <time dateTime={place.lastAt} title={exactWords(at)} className="text-right text-xs text-faint">
              {agoWords(at, now)}
            </time>
            <code className="truncate font-mono text-xs text-muted" title={place.endpoint ?? undefined}>
              {place.endpoint ?? '…'}
            </code>
            <span className="text-right text-xs text-muted">
              {place.count > 0 && timesWords(place.count)}
              {place.count > 0 && place.refused > 0 && ', '}
              {place.refused > 0 && <span className="text-danger">refused {timesWords(place.refused)}</span>}
            </span>
          </li>
        );
      })}
    </ul>
  );
}
