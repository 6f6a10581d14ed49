'use client';
import { ChevronRight, Link2Off } from 'lucide-react';
import { useCallback, useRef, useState } from 'react';
import { Failed } from '#components/api/failed.tsx';
import { PageHead } from '#components/frame/page-head.tsx';
import { useMe } from '#components/sessions/use-me.ts';
import { EmptyState } from '#components/ui/empty-state.tsx';
import { InfiniteList } from '#components/ui/infinite-list.tsx';
import { lazyPart, orSayMissing } from '#components/ui/lazy-part.tsx';
import { PageLink } from '#components/ui/page-link.tsx';
import { useNow } from '#components/ui/use-now.ts';
import type { LinkView } from '#server/core/one-time-codes/schema.ts';
import { LinkRow } from './link-row.tsx';
import { LinkListSkeleton } from './links-skeleton.tsx';
import { useLinks } from './use-links.ts';

const [RevokeLinkDialog] = lazyPart(async () => (await import('./revoke-link-dialog.tsx')).RevokeLinkDialog);
const keyOf = (link: LinkView) => link.id;
const rowHeight = 58;

/** What was handed out and still works, for admins: who issued it, for whom, until when. */
export function LinksView() {
  const list = useLinks();
  const mayRevoke = useMe().data?.permissions.includes('users:write') ?? false;
  const [revoking, setRevoking] = useState<LinkView | null>(null);
  const opener = useRef<HTMLElement>(null);
  const ask = useCallback((link: LinkView) => {
    opener.current = document.activeElement as HTMLElement | null;
    setRevoking(link);
  }, []);
  const close = () => setRevoking(null);
  const renderLink = useCallback(
    (link: LinkView) => <LinkRow link={link} onRevoke={mayRevoke ? ask : null} />,
    [mayRevoke, ask],
  );
  const now = useNow();
  const links = (list.data?.pages ?? [])
    .flatMap((page) => page.items)
    .filter(({ expiresAt }) => new Date(expiresAt) > now);
  return (
    <>
      <PageHead
        title={
          <span className="flex items-center gap-1.5">
            <PageLink href="/admin/users" className="rounded-tag text-muted hover:text-ink">
              Users
            </PageLink>
            <ChevronRight aria-hidden className="size-4 text-faint" />
            Open links
          </span>
        }
      />
      <p className="-mt-3 mb-4 max-w-160 text-sm text-muted">
        Invites, reset links, temporary passwords and codes that are still valid. Each stops working once
        used, when it expires, or when its issuer loses the right to issue it.
      </p>
      {list.isPending && <LinkListSkeleton />}
      {list.isError && !list.data && <Failed error={list.error} />}
      {list.data && links.length === 0 && <NoLinks />}
      {links.length > 0 && (
        <InfiniteList
          label="Open links"
          view="links"
          items={links}
          keyOf={keyOf}
          renderItem={renderLink}
          estimateSize={rowHeight}
          pages={list}
        />
      )}
      {revoking && (
        <RevokeLinkDialog
          link={revoking}
          returnTo={() => (opener.current?.isConnected ? opener.current : document.getElementById('content'))}
          onClose={close}
          onMissing={orSayMissing(close)}
        />
      )}
    </>
  );
}

function NoLinks() {
  return (
    <EmptyState icon={Link2Off} title="No open links">
      Links that you or other admins issue appear here until they are used or expire.
    </EmptyState>
  );
}
