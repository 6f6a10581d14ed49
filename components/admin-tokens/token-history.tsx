'use client';
import { useQuery } from '@tanstack/react-query';
import { CircleAlert, CircleCheck } from 'lucide-react';
import { type ReactNode, useId } from 'react';
import { problemOf, sentenceOf } from '#components/api/problem.ts';
import { trpcClient } from '#components/api/trpc.ts';
import { actionTitle } from '#components/audit/action-words.ts';
import { timesWords } from '#components/tokens/daily-use-words.ts';
import { Alert } from '#components/ui/alert.tsx';
import { Skeleton } from '#components/ui/skeleton.tsx';
import { agoWords, exactWords } from '#components/ui/time-words.ts';
import { useNow } from '#components/ui/use-now.ts';
import type { AdminTokenUsesView } from '#server/credentials/token-triage/schema.ts';
import { adminTokensKey } from './admin-tokens-key.ts';

const rowsShown = 10;

/** What breaks without a token, first; then its facts, where and for what it was used, and what happened to it. */
export function TokenHistory({ id, children }: { id: string; children: ReactNode }) {
  const uses = useQuery({
    queryKey: [...adminTokensKey, 'uses', id],
    queryFn: ({ signal }) => trpcClient.adminTokens.uses.query({ id }, { signal }),
  });
  return (
    <>
      {!uses.data && !uses.error && <Skeleton className="h-14 w-full" />}
      {uses.error && <Alert variant="danger">{sentenceOf(problemOf(uses.error))}</Alert>}
      {uses.data && <Impact impact={uses.data.impact} />}
      {children}
      {uses.data && (
        <Places title="Addresses" places={uses.data.addresses} nameOf={(place) => place.address} />
      )}
      {uses.data && (
        <Places title="Endpoints" places={uses.data.endpoints} nameOf={(place) => place.endpoint} mono />
      )}
      <AuditRows id={id} />
    </>
  );
}

function Impact({ impact: { verdict, sentence } }: Pick<AdminTokenUsesView, 'impact'>) {
  const breaks = verdict === 'breaks';
  const Icon = breaks ? CircleAlert : CircleCheck;
  return (
    <p
      className={`flex gap-2.5 rounded-control px-3 py-2.5 ${breaks ? 'bg-warn-soft text-warn' : 'bg-ok-soft text-ok'}`}
    >
      <Icon aria-hidden className="mt-0.5 size-4 shrink-0" />
      {sentence}
    </p>
  );
}

interface Place {
  count: number;
  refused: number;
  lastAt: string;
}

interface PlacesProps<P extends Place> {
  title: string;
  places: readonly P[];
  nameOf: (place: P) => string;
  mono?: boolean;
}

function Places<P extends Place>({ title, places, nameOf, mono = false }: PlacesProps<P>) {
  const id = useId();
  const now = useNow();
  if (places.length === 0) return null;
  return (
    <section aria-labelledby={id}>
      <h3 id={id} className="mb-2 font-semibold">
        {title}, last 30 days
      </h3>
      <ul className="divide-y divide-line rounded-card border border-line text-sm">
        {places.map((place) => (
          <li key={nameOf(place)} className="flex items-baseline gap-3 px-3 py-2">
            <span
              className={`min-w-0 flex-1 truncate ${mono ? 'font-mono text-xs' : ''}`}
              title={nameOf(place)}
            >
              {nameOf(place)}
            </span>
            {place.refused > 0 && <span className="text-danger">refused {timesWords(place.refused)}</span>}
            {place.count > 0 && <span className="text-muted">{timesWords(place.count)}</span>}
            <time
              dateTime={place.lastAt}
              title={exactWords(new Date(place.lastAt))}
              className="text-xs text-faint"
            >
              {agoWords(new Date(place.lastAt), now)}
            </time>
          </li>
        ))}
      </ul>
    </section>
  );
}

function AuditRows({ id }: { id: string }) {
  const now = useNow();
  const { data } = useQuery({
    queryKey: ['audit', 'of-token', id],
    queryFn: ({ signal }) => trpcClient.audit.list.query({ resource: id, limit: rowsShown }, { signal }),
  });
  if (!data || data.items.length === 0) return null;
  return (
    <section aria-labelledby="what-happened">
      <h3 id="what-happened" className="mb-2 font-semibold">
        What happened to it
      </h3>
      <ol className="divide-y divide-line rounded-card border border-line text-sm">
        {data.items.map((row) => (
          <li key={row.sequence} className="flex items-baseline gap-3 px-3 py-2">
            <span>{actionTitle(row.action)}</span>
            <span className="min-w-0 flex-1 truncate text-muted">{row.actor.label}</span>
            <time dateTime={row.time} title={exactWords(new Date(row.time))} className="text-xs text-faint">
              {agoWords(new Date(row.time), now)}
            </time>
          </li>
        ))}
      </ol>
    </section>
  );
}
