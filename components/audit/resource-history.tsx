'use client';
import { ScrollText } from 'lucide-react';
import { buttonClass } from '#components/ui/button.tsx';
import { PageLink } from '#components/ui/page-link.tsx';
import { RecentEvents } from './recent-events.tsx';

/** What happened last to a thing, and the way to the rest in the audit log; `linkLabel` says what stands there. */
export function ResourceHistory({ id, linkLabel }: { id: string; linkLabel: string }) {
  return (
    <div className="grid gap-3">
      <RecentEvents title="What happened last" of={{ resource: id }} />
      <PageLink
        href={`/admin/audit?resource=${id}`}
        className={buttonClass({ className: 'justify-self-start' })}
      >
        <ScrollText aria-hidden />
        {linkLabel}
      </PageLink>
    </div>
  );
}
