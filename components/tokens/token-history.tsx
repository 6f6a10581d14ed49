'use client';
import { useQuery } from '@tanstack/react-query';
import { problemOf, sentenceOf } from '#components/api/problem.ts';
import { trpcClient } from '#components/api/trpc.ts';
import { Alert } from '#components/ui/alert.tsx';
import { Skeleton } from '#components/ui/skeleton.tsx';
import { agoWords, exactWords } from '#components/ui/time-words.ts';
import { useNow } from '#components/ui/use-now.ts';
import type { TokenHistoryView } from '#server/credentials/tokens/schema.ts';
import { eventWords } from './event-words.ts';
import { tokensKey } from './tokens-key.ts';

/** What was done to a token of mine, by whom. */
export function TokenHistory({ id }: { id: string }) {
  const { data, error } = useQuery({
    queryKey: [...tokensKey, 'history', id],
    queryFn: ({ signal }) => trpcClient.tokens.history.query({ id }, { signal }),
  });
  return (
    <section aria-labelledby="history">
      <h3 id="history" className="mb-2 font-semibold">
        History
      </h3>
      {!data && !error && <Skeleton className="h-24 w-full" />}
      {!data && error && <Alert variant="danger">{sentenceOf(problemOf(error))}</Alert>}
      {data && <EventList events={data.items} />}
    </section>
  );
}

function EventList({ events }: { events: TokenHistoryView['items'] }) {
  const now = useNow();
  return (
    <ol className="grid gap-2.5 border-l border-line pl-4 text-sm">
      {events.map((event) => {
        const at = new Date(event.time);
        return (
          <li key={`${event.time} ${event.action}`} className="relative">
            <span
              aria-hidden
              className={`absolute top-1.5 -left-[19px] size-1.5 rounded-full ${event.outcome === 'ok' ? 'bg-faint' : 'bg-danger'}`}
            />
            <p>{eventWords(event)}</p>
            <p className="text-xs text-faint">
              <time dateTime={event.time} title={exactWords(at)}>
                {agoWords(at, now)}
              </time>
              {event.by && ` by ${event.by}`}
              {event.address && `, from ${event.address}`}
            </p>
          </li>
        );
      })}
    </ol>
  );
}
