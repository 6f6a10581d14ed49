'use client';
import { useMutation, useQuery, useQueryClient, type UseQueryResult } from '@tanstack/react-query';
import { cx } from 'class-variance-authority';
import { X } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { toastProblem } from '#components/api/toast-problem.ts';
import { trpc } from '#components/api/trpc.ts';
import { useMe } from '#components/sessions/use-me.ts';
import { Button } from '#components/ui/button.tsx';
import { PageLink } from '#components/ui/page-link.tsx';
import { useNow } from '#components/ui/use-now.ts';
import type { NoticesView, NoticeView } from '#server/core/notifications/schema.ts';
import { noticeWords } from './notice-words.ts';
import { noticesQuery } from './notices-query.ts';

const shownAtFirst = 3;

type QueryState = Pick<UseQueryResult, 'isPending' | 'isPaused' | 'failureCount'>;

interface BelowNoticesProps {
  /** What the page's head depends on, beside its viewer. */
  headQuery?: QueryState;
  /** Shown until it is known whether there are any. */
  placeholder: ReactNode;
  children: ReactNode;
}

/**
 * Notices and what stands below them, painted at once: notices that came later would push it down, and so would a page's head
 * that grows by what can be done there.
 */
export function BelowNotices({ headQuery, placeholder, children }: BelowNoticesProps) {
  const isHeadKnown = isSettled(useMe()) && (!headQuery || isSettled(headQuery));
  const areNoticesKnown = isSettled(useQuery(noticesQuery));
  // Soon the head is as high as it stays; until then a skeleton would be pushed down too.
  if (!isHeadKnown) return <div className="animate-[appear_300ms_step-end]">{placeholder}</div>;
  if (!areNoticesKnown) return placeholder;
  return (
    <>
      <NoticeStack />
      {children}
    </>
  );
}

/** One that failed once is not waited for. */
const isSettled = ({ isPending, isPaused, failureCount }: QueryState) =>
  !isPending || isPaused || failureCount > 0;

/** What happened to my tokens and account and to the log and has not been put away, the newest first; nothing where there is nothing to say. */
function NoticeStack() {
  const { data } = useQuery(noticesQuery);
  const dismiss = useDismiss();
  const [showsAll, setShowsAll] = useState(false);
  const notices = data?.items ?? [];
  if (notices.length === 0) return null;
  const hidden = showsAll ? 0 : Math.max(0, notices.length - shownAtFirst);
  return (
    <section aria-label="Notices" className="mb-6">
      <ul className="divide-y divide-line overflow-hidden rounded-card border border-line bg-surface">
        {notices.slice(0, notices.length - hidden).map((notice) => (
          <Row key={notice.id} notice={notice} onDismiss={() => dismiss.mutate({ id: notice.id })} />
        ))}
      </ul>
      {hidden > 0 && (
        <Button size="sm" variant="ghost" className="mt-1" onClick={() => setShowsAll(true)}>
          Show {hidden} more
        </Button>
      )}
    </section>
  );
}

const variants = { idle: 'text-faint', warn: 'text-warn', danger: 'text-danger' };

function Row({ notice, onDismiss }: { notice: NoticeView; onDismiss: () => void }) {
  const { icon: Icon, variant, title, detail, subject } = noticeWords(notice, useNow());
  const [before = '', after = ''] = title.split('…');
  return (
    <li className="grid grid-cols-[auto_minmax(0,1fr)_auto] items-start gap-x-3 py-2.5 pr-2 pl-3.5">
      <Icon aria-hidden className={cx('mt-0.5 size-4', variants[variant])} />
      <div className="min-w-0">
        <p className="break-words">
          {before}
          <PageLink
            href={subject.href}
            className="rounded-tag font-semibold underline decoration-line-strong underline-offset-2 hover:decoration-ink"
          >
            {subject.name}
          </PageLink>
          {after}
        </p>
        <p className="text-sm text-muted">{detail}</p>
      </div>
      <Button
        variant="ghost"
        size="icon"
        aria-label={`Put away: ${title.replace('…', subject.name)}`}
        onClick={onDismiss}
        className="-my-0.5"
      >
        <X aria-hidden />
      </Button>
    </li>
  );
}

/** Gone at once, and back if the server refuses. */
function useDismiss() {
  const client = useQueryClient();
  const { queryKey } = noticesQuery;
  return useMutation(
    trpc.notices.dismiss.mutationOptions({
      async onMutate({ id }) {
        await client.cancelQueries({ queryKey });
        const before = client.getQueryData<NoticesView>(queryKey);
        client.setQueryData<NoticesView>(
          queryKey,
          (held) => held && { items: held.items.filter((notice) => notice.id !== id) },
        );
        return before;
      },
      onError(error, { id }, before) {
        client.setQueryData(queryKey, before);
        toastProblem(error, { title: 'The notice stays', about: id });
      },
      onSettled: () => client.invalidateQueries({ queryKey }),
    }),
  );
}
