'use client';
import { keepPreviousData, useQueries } from '@tanstack/react-query';
import { Bot, KeyRound, UserRound } from 'lucide-react';
import { useRouter } from 'next/navigation';
import { useEffect, useState } from 'react';
import { statusWords as agentStatusWords } from '#components/agents/agent-status.tsx';
import { trpcClient } from '#components/api/trpc.ts';
import type { DeskPage } from '#components/frame/pages.ts';
import { statusWords } from '#components/tokens/status.tsx';
import type { Command, CommandGroup } from '#components/ui/command-menu.tsx';
import type { TokenView } from '#server/credentials/tokens/schema.ts';

const settleMilliseconds = 150;
const most = 5;

type Goto = (href: string) => void;

/** Where the server looks for a text: what for, on which page it is shown, and how to ask. */
const sources = [
  {
    label: 'My tokens',
    page: '/tokens',
    noun: 'tokens',
    async find(search: string, signal: AbortSignal) {
      const input = { search, sort: 'lastUsedAt', limit: most } as const;
      const { items } = await trpcClient.tokens.list.query(input, { signal });
      return (go: Goto) =>
        items.map((token) => tokenCommand(token, '', () => go(`/tokens?token=${token.id}`)));
    },
  },
  {
    label: 'People',
    page: '/admin/users',
    noun: 'users',
    async find(search: string, signal: AbortSignal) {
      const { items } = await trpcClient.users.list.query({ search, limit: most }, { signal });
      return (go: Goto) =>
        items.map(({ id, name, email }): Command => ({
          id: `user-${id}`,
          label: name,
          detail: email,
          icon: UserRound,
          onChoose: () => go(`/admin/users?user=${id}`),
        }));
    },
  },
  {
    label: 'API keys',
    page: '/admin/keys',
    noun: 'api-keys',
    async find(search: string, signal: AbortSignal) {
      const { items } = await trpcClient.keys.list.query({ search, limit: most }, { signal });
      return (go: Goto) => items.map((key) => tokenCommand(key, '', () => go(`/admin/keys?key=${key.id}`)));
    },
  },
  {
    label: 'Agents',
    page: '/agents',
    noun: 'agents',
    async find(search: string, signal: AbortSignal) {
      const input = { search, sort: 'lastSeenAt', limit: most } as const;
      const { items } = await trpcClient.agents.list.query(input, { signal });
      return (go: Goto) =>
        items.map(({ id, name, status, owner }): Command => ({
          id: `agent-${id}`,
          label: name,
          detail: `${agentStatusWords[status].toLowerCase()} · ${owner.label}`,
          icon: Bot,
          onChoose: () => go(`/agents?agent=${id}`),
        }));
    },
  },
  {
    label: 'Everyone’s tokens',
    page: '/admin/tokens',
    noun: 'admin-tokens',
    async find(search: string, signal: AbortSignal) {
      const { items } = await trpcClient.adminTokens.list.query({ search, limit: most }, { signal });
      return (go: Goto) =>
        items.map((token) =>
          tokenCommand(token, ` · ${token.owner.email}`, () => go(`/admin/tokens?token=${token.id}`)),
        );
    },
  },
];

/** What the server finds for a text, of all that is shown on pages one may open. */
export function useFound(text: string, pages: readonly DeskPage[]) {
  const settled = useSettled(text);
  const router = useRouter();
  const reached = sources.filter(({ page }) => pages.some(({ href }) => href === page));
  const found = useQueries({
    queries: sources.map((source) => ({
      queryKey: [source.noun, 'palette', settled],
      queryFn: ({ signal }: { signal: AbortSignal }) => source.find(settled, signal),
      enabled: settled !== '' && reached.includes(source),
      placeholderData: keepPreviousData,
      // What is kept is a function, which only makes the same commands again.
      structuralSharing: false,
    })),
  });
  // My own tokens are among everyone's: each stands where it was found first.
  const seen = new Set<string>();
  const isNew = ({ id }: Command) => !seen.has(id) && seen.add(id);
  const groups: CommandGroup[] = sources.map(({ label }, index) => {
    const commands = text === '' ? [] : (found[index]?.data?.((href) => router.push(href)) ?? []);
    return { label, commands: commands.filter(isNew) };
  });
  const isAsking = found.some(({ isFetching }) => isFetching);
  return { groups, busy: text !== '' && (text !== settled || isAsking) };
}

function tokenCommand(
  { id, name, prefix, status }: Pick<TokenView, 'id' | 'name' | 'prefix' | 'status'>,
  more: string,
  onChoose: () => void,
): Command {
  const state = status === 'active' ? '' : ` · ${statusWords[status].toLowerCase()}`;
  const detail = prefix + state + more;
  return { id: `token-${id}`, label: name, detail, mono: true, icon: KeyRound, onChoose };
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
