'use client';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Failed } from '#components/api/failed.tsx';
import { Alert } from '#components/ui/alert.tsx';
import { Card } from '#components/ui/card.tsx';
import { lazyPart, missingPart } from '#components/ui/lazy-part.tsx';
import { Skeleton } from '#components/ui/skeleton.tsx';
import { monthQuery } from './month-query.ts';

const [MonthChart] = lazyPart(async () => (await import('./month-chart.tsx')).MonthChart);

/** My use of the last 30 days, over all of my tokens. The drawing comes after the page, into a place of its size. */
export function MonthOfUse() {
  const month = useQuery(monthQuery);
  const [isMissing, setIsMissing] = useState(false);
  if (month.isError && !month.data) return <Failed error={month.error} />;
  return (
    <section aria-labelledby="month">
      <h2 id="month" className="mb-3 text-base font-semibold">
        My use of the last 30 days
      </h2>
      <Card className="min-h-66.5 px-4 py-4">
        {!month.data && <Skeleton className="h-58 w-full rounded-control!" />}
        {isMissing && <Alert variant="danger">{missingPart.title}. Reload the page.</Alert>}
        {month.data && !isMissing && (
          <MonthChart days={month.data.days} onMissing={() => setIsMissing(true)} />
        )}
      </Card>
    </section>
  );
}
