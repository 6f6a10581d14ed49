'use client';
import { DescriptionItem, DescriptionList } from '#components/ui/description-list.tsx';
import { Switch } from '#components/ui/switch.tsx';
import { exactWords } from '#components/ui/time-words.ts';
import type { ServerView } from '#server/gateway/mcp-servers/schema.ts';
import type { ServerActs } from './server-acts.ts';
import { authWords } from './server-words.ts';

/** Where a server is, what its calls may take, and whether its tools pass unread. */
export function ServerFacts({ server, acts }: { server: ServerView; acts: ServerActs }) {
  const { alias, trusted, health } = server;
  return (
    <div className="grid gap-4">
      <div className="flex items-start gap-3 rounded-card border border-line px-3.5 py-3">
        <div className="min-w-0 flex-1">
          <p className="font-medium">Trust this server</p>
          <p className="text-sm text-muted">
            {trusted
              ? 'New and changed tools are offered at once. No one reads them first.'
              : 'New and changed tools are held back until someone has read them.'}
          </p>
        </div>
        <Switch
          label={`Trust ${alias}`}
          on={trusted}
          onPress={() => (trusted ? acts.onDistrust(server) : acts.onAsk('trust', server))}
        />
      </div>
      <DescriptionList>
        <DescriptionItem name="Address">{server.url}</DescriptionItem>
        <DescriptionItem name="Signs in with">
          {authWords[server.auth]}
          {server.headers.length > 0 && (
            <code className="ml-1.5 font-mono text-xs text-faint">{server.headers.join(', ')}</code>
          )}
        </DescriptionItem>
        <DescriptionItem name="A call">
          Silent for at most {server.timeoutSeconds} s, {server.totalSeconds.toLocaleString('en-GB')} s in
          all, {server.maxConcurrent} at once
        </DescriptionItem>
        {server.costUsdPerCall !== '0' && (
          <DescriptionItem name="Costs">${server.costUsdPerCall} a call</DescriptionItem>
        )}
        <DescriptionItem name="Checked">
          {health.checkedAt ? exactWords(new Date(health.checkedAt)) : 'Not yet'}
        </DescriptionItem>
        <DescriptionItem name="Added">
          {exactWords(new Date(server.createdAt))} by {server.createdBy.label}
        </DescriptionItem>
      </DescriptionList>
    </div>
  );
}
