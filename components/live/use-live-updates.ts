'use client';
import { useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { trpc } from '#components/api/trpc.ts';

/** The queries that show what an audit topic is about. The audit log itself shows everything. */
const shownBy: Record<string, string[]> = {
  token: ['tokens', 'admin-tokens', 'attention', 'notices', 'users', 'links', 'setup-codes'],
  setup_code: ['setup-codes', 'links'],
  device: ['links'],
  link: ['links', 'users'],
  credential: ['tokens', 'admin-tokens', 'api-keys', 'agents', 'attention', 'notices'],
  key: ['api-keys'],
  agent: ['agents', 'attention', 'notices', 'users'],
  rotation: ['agents', 'attention', 'notices'],
  mcp_server: ['mcp-servers', 'mcp-tools', 'attention'],
  notice: ['notices'],
  audit: ['notices'],
  user: ['users', 'links', 'admin-tokens', 'agents', 'attention', 'account'],
  session: ['users', 'links', 'account'],
  auth: ['users', 'links', 'account'],
};
const againMs = 3_000;
/** Where much changes, what is being loaded must come to its end before it is looked at again. */
const apartMs = 1_000;

/**
 * Looks again at what the server says has changed: one stream for all of the page, and only while somebody looks at it,
 * since a browser holds few connections to one server and every tab would take one.
 */
export function useLiveUpdates() {
  const client = useQueryClient();
  useEffect(() => {
    let stop: (() => void) | undefined;
    let isFirst = true;
    let timer: number | undefined;
    let resting: number | undefined;
    const heard = new Set<string>();

    function refresh(topics: string[]) {
      for (const topic of topics) heard.add(topic);
      if (resting === undefined) look();
    }
    function look() {
      resting = undefined;
      if (heard.size === 0) return;
      const nouns = new Set(['audit', ...[...heard].flatMap((topic) => shownBy[topic] ?? [])]);
      for (const noun of nouns) void client.invalidateQueries({ queryKey: [noun] });
      if (heard.has('user')) void client.invalidateQueries(trpc.sessions.me.queryFilter());
      heard.clear();
      resting = window.setTimeout(look, apartMs);
    }
    function close() {
      window.clearTimeout(timer);
      stop?.();
      stop = undefined;
    }
    /** The stream ends when something may have changed about who one is: the next answer says. */
    function reopen() {
      close();
      isFirst = false;
      void client.invalidateQueries(trpc.sessions.me.queryFilter());
      timer = window.setTimeout(() => void open().catch(reopen), againMs);
    }
    /** What begins to be heard again may have missed anything. */
    function onData({ topics }: { topics: string[] }) {
      const isAgain = topics.length === 0 && !isFirst;
      isFirst = false;
      refresh(isAgain ? Object.keys(shownBy) : topics);
    }
    async function open() {
      if (stop || document.visibilityState !== 'visible') return;
      let isWanted = true;
      stop = () => void (isWanted = false);
      const { liveClient } = await import('./live-client.ts');
      if (!isWanted) return;
      const on = { onData, onComplete: reopen, onError: reopen };
      const { unsubscribe } = liveClient.live.changes.subscribe(undefined, on);
      stop = unsubscribe;
    }
    function onVisibility() {
      if (document.visibilityState === 'visible') void open().catch(reopen);
      else close();
    }
    void open().catch(reopen);
    document.addEventListener('visibilitychange', onVisibility);
    return () => {
      document.removeEventListener('visibilitychange', onVisibility);
      window.clearTimeout(resting);
      close();
    };
  }, [client]);
}
