'use client';
import { ArrowUp, ScrollText, SearchX } from 'lucide-react';
import { useCallback, useEffect } from 'react';
import { Failed } from '#components/api/failed.tsx';
import { PageHead } from '#components/frame/page-head.tsx';
import { Button } from '#components/ui/button.tsx';
import { EmptyState } from '#components/ui/empty-state.tsx';
import { InfiniteList } from '#components/ui/infinite-list.tsx';
import { lazyPart, orSayMissing } from '#components/ui/lazy-part.tsx';
import { ListSummary, matchingWords } from '#components/ui/list-summary.tsx';
import { toast } from '#components/ui/toast.ts';
import type { AuditEventView } from '#server/oversight/audit-log/schema.ts';
import { EventListSkeleton } from './audit-skeleton.tsx';
import { AuditToolbar } from './audit-toolbar.tsx';
import { EventRow } from './event-row.tsx';
import { ExportMenu } from './export-menu.tsx';
import { SealBar } from './seal-bar.tsx';
import { useAuditFilters } from './use-audit-filters.ts';
import { useAuditLog, useEvent } from './use-audit-log.ts';

const [EventPanel] = lazyPart(async () => (await import('./event-panel.tsx')).EventPanel);
const rowHeight = 56;
const keyOf = (event: AuditEventView) => String(event.sequence);

export function AuditView() {
  const { filters, event, isFiltered, setFilters, openEvent, clearFilters } = useAuditFilters();
  const { list, events, news, showNews } = useAuditLog(filters);
  const opened = useEvent(list.isSuccess ? event : null, events);
  const matching = list.data?.pages[0]?.matching;
  const summary = matchingWords(matching, { isFiltered, one: 'event', many: 'events' });
  const onClear = isFiltered ? clearFilters : undefined;
  const isOver = list.isSuccess && !list.hasNextPage;
  const draw = useCallback(
    (row: AuditEventView) => <EventRow event={row} onOpen={openEvent} />,
    // Setting the address does the same whenever it was made.
    // oxlint-disable-next-line react/exhaustive-deps
    [],
  );
  const close = () => openEvent(null);
  useEffect(() => {
    if (!opened.isGone) return;
    toast({
      title: 'There is no such event',
      detail: `Number ${event} is not in the log.`,
      variant: 'error',
    });
    openEvent(null);
    // Said once for each number.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [opened.isGone, event]);
  function readNews() {
    showNews();
    window.scrollTo({ top: 0 });
  }

  return (
    <>
      <PageHead title="Audit log">
        <ExportMenu filters={filters} />
      </PageHead>
      <SealBar />
      <AuditToolbar filters={filters} summary={summary} onChange={setFilters} onClear={onClear} />
      <ListSummary words={summary} onClear={events.length > 0 ? onClear : undefined} />
      {list.isPending && <EventListSkeleton />}
      {list.isError && !list.data && <Failed error={list.error} />}
      {events.length === 0 && isOver && <Nothing onClear={onClear} />}
      {news.length > 0 && (
        <div className="pointer-events-none sticky top-16 z-10 grid h-0 justify-items-center">
          <Button variant="primary" size="sm" className="pointer-events-auto shadow-float" onClick={readNews}>
            <ArrowUp aria-hidden />
            {news.length} new
          </Button>
        </div>
      )}
      {(events.length > 0 || list.hasNextPage) && (
        <InfiniteList
          label="Events"
          view={JSON.stringify(filters)}
          items={events}
          keyOf={keyOf}
          renderItem={draw}
          estimateSize={rowHeight}
          pages={list}
        />
      )}
      {opened.event && (
        <EventPanel
          event={opened.event}
          onFilter={setFilters}
          onClose={close}
          onMissing={orSayMissing(close)}
        />
      )}
    </>
  );
}

function Nothing({ onClear }: { onClear: (() => void) | undefined }) {
  if (!onClear)
    return (
      <EmptyState icon={ScrollText} title="Nothing has happened yet">
        Every change, sign-in and refusal will be listed here.
      </EmptyState>
    );
  return (
    <EmptyState
      icon={SearchX}
      title="No event matches"
      action={<Button onClick={onClear}>Clear filters</Button>}
    >
      Search finds the beginnings of words. Try fewer letters, or a longer time.
    </EmptyState>
  );
}
