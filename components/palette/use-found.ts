'use client';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { KeyRound } from 'lucide-react';
import { useRouter } from 'next/navigation';
import { useEffect, useState } from 'react';
import { trpcClient } from '#components/api/trpc.ts';
import { statusWords } from '#components/tokens/status.tsx';
import { tokensKey } from '#components/tokens/tokens-key.ts';
import type { CommandGroup } from '#components/ui/command-box.tsx';
import type { Permission } from '#server/access/schema.ts';

const settleMilliseconds = 150;
const most = 5;

/** What the server finds for a text: my tokens. */
export function useFound(text: string, permissions: readonly Permission[]) {
  const settled = useSettled(text);
  const router = useRouter();
  const isWanted = settled !== '';
  const tokens = useQuery({
    queryKey: [...tokensKey, 'palette', settled],
    queryFn: ({ signal }) =>
      trpcClient.tokens.list.query({ search: settled, sort: 'lastUsedAt', limit: most }, { signal }),
    enabled: isWanted && permissions.includes('tokens:read'),
    placeholderData: keepPreviousData,
  });
  const groups: CommandGroup[] = [];
  const mine = isWanted && text !== '' ? (tokens.data?.items ?? []) : [];
  groups.push({
    label: 'My tokens',
    commands: mine.map(({ id, name, prefix, status }) => ({
      id: `token-${id}`,
      label: name,
      detail: status === 'active' ? prefix : `${prefix} · ${statusWords[status].toLowerCase()}`,
      mono: true,
      icon: KeyRound,
      onChoose: () => router.push(`/tokens?search=${encodeURIComponent(prefix)}`),
    })),
  });
  return { groups, busy: text !== '' && (text !== settled || tokens.isFetching) };
}

/** A text once it has stayed the same for a moment. */
function useSettled(text: string): string {
  const [settled, setSettled] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), settleMilliseconds);
    return () => clearTimeout(timer);
  }, [text]);
  return settled;
}
