'use client';
import { useQuery } from '@tanstack/react-query';
import { attentionQuery } from '#components/attention/attention-query.ts';
import { useMe } from '#components/sessions/use-me.ts';

const minute = 60_000;

/** How many things an admin should look at, by the minute, or as the list of them has just said; nothing for none. */
export function AlertCount() {
  const isAdmin = useMe().data?.permissions.includes('tokens:admin') ?? false;
  const counted = useQuery({
    ...attentionQuery,
    queryKey: ['alert-count'],
    enabled: isAdmin,
    staleTime: minute,
    refetchInterval: minute,
  });
  const listed = useQuery({ ...attentionQuery, enabled: false });
  const { data } = listed.dataUpdatedAt > counted.dataUpdatedAt ? listed : counted;
  const count = data?.items.length ?? 0;
  if (count === 0) return null;
  const shown = `${count}${data?.hasMore.length ? '+' : ''}`;
  return (
    <span
      role="img"
      aria-label={shown === '1' ? '1 alert' : `${shown} alerts`}
      className="min-w-5 rounded-full bg-warn-soft px-1.5 text-center text-xs leading-5 font-medium text-warn tabular-nums"
    >
      {shown}
    </span>
  );
}
