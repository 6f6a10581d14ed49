'use client';
import { useQuery } from '@tanstack/react-query';
import {
  Ban,
  CircleX,
  Clock,
  Copy,
  Eye,
  EyeOff,
  type LucideIcon,
  MapPin,
  RotateCcwKey,
  TriangleAlert,
  UserX,
} from 'lucide-react';
import { useLayoutEffect, useState } from 'react';
import { problemOf, sentenceOf } from '#components/api/problem.ts';
import { Alert } from '#components/ui/alert.tsx';
import { Button, buttonClass } from '#components/ui/button.tsx';
import { Card } from '#components/ui/card.tsx';
import { lazyPart, orSayMissing } from '#components/ui/lazy-part.tsx';
import { PageLink } from '#components/ui/page-link.tsx';
import type { AttentionItemView, AttentionReason } from '#server/credentials/alerts/schema.ts';
import { attentionQuery } from './attention-query.ts';

const [RevokeDialog] = lazyPart(
  async () => (await import('#components/admin-tokens/revoke-tokens-dialog.tsx')).RevokeTokensDialog,
);

const marks: Record<AttentionReason, { icon: LucideIcon; words: string }> = {
  clone_suspected: { icon: Copy, words: 'Runs twice' },
  rotation_stuck: { icon: RotateCcwKey, words: 'Rotation is stuck' },
  agent_orphaned: { icon: UserX, words: 'Owner is gone' },
  server_down: { icon: CircleX, words: 'Server is down' },
  tools_held: { icon: Eye, words: 'Tools are held back' },
  tools_hidden: { icon: EyeOff, words: 'Tools are hidden' },
  knocking: { icon: TriangleAlert, words: 'Still knocking' },
  owner_gone: { icon: UserX, words: 'Owner is gone' },
  new_address: { icon: MapPin, words: 'New address' },
  eternal_unused: { icon: Clock, words: 'Unused, never expires' },
};
const rowsAtFirst = 5;

/** For admins: agents, tool servers and tokens that should be looked at, each with its reason and what can be done. Nothing where there are none. */
export function AttentionList({ onReady }: { onReady: () => void }) {
  const { data, error } = useQuery(attentionQuery);
  const [showsAll, setShowsAll] = useState(false);
  const [revoking, setRevoking] = useState<AttentionItemView['token'] | null>(null);
  const items = data?.items ?? [];
  const close = () => setRevoking(null);
  // It is here, so what stands below will not be moved by it: both are painted at once.
  useLayoutEffect(onReady, [onReady]);
  if (items.length === 0 && !error) return null;
  return (
    <section aria-labelledby="attention">
      <h2 id="attention" className="mb-3 text-base font-semibold">
        Needs attention
      </h2>
      {!data && error && <Alert variant="danger">{sentenceOf(problemOf(error))}</Alert>}
      {items.length > 0 && (
        <Card>
          <ul>
            {items.slice(0, showsAll ? undefined : rowsAtFirst).map((item) => (
              <li key={item.reason + aboutOf(item).id} className="not-first:border-t not-first:border-line">
                <Row item={item} onRevoke={() => setRevoking(item.token)} />
              </li>
            ))}
          </ul>
          {items.length > rowsAtFirst && (
            <div className="border-t border-line p-1.5">
              <Button
                variant="ghost"
                className="w-full"
                aria-expanded={showsAll}
                onClick={() => setShowsAll(!showsAll)}
              >
                {showsAll
                  ? 'Show fewer'
                  : `Show all ${items.length}${data?.hasMore.length ? ' or more' : ''}`}
              </Button>
            </div>
          )}
        </Card>
      )}
      {revoking && (
        <RevokeDialog
          tokens={[revoking]}
          returnTo={() => document.getElementById('attention')}
          onClose={close}
          onRevoked={close}
          onMissing={orSayMissing(close)}
        />
      )}
    </section>
  );
}

/** What an item is about, and the page of it. */
function aboutOf({ token, agent, server }: AttentionItemView) {
  if (token) return { ...token, of: token.owner.email, href: `/admin/tokens?token=${token.id}` };
  if (agent) return { ...agent, of: agent.owner.email, href: `/agents?agent=${agent.id}` };
  if (server)
    return { id: server.id, name: server.alias, of: null, href: `/mcp-servers?server=${server.id}` };
  throw new Error('an alert is about nothing');
}

function Row({ item, onRevoke }: { item: AttentionItemView; onRevoke: () => void }) {
  const { reason, evidence, action } = item;
  const { icon: Icon, words } = marks[reason];
  const { name, of, href } = aboutOf(item);
  return (
    <div className="flex flex-wrap items-center gap-x-3 gap-y-2 px-4 py-2.5">
      <Icon aria-hidden className="size-4 shrink-0 text-warn" />
      <div className="min-w-0 flex-1 basis-56">
        <p className="truncate">
          <span className="font-medium">{name}</span>
          {of && <span className="text-muted"> of {of}</span>}
        </p>
        <p className="text-sm text-muted">
          <span className="font-medium">{words}.</span> {evidence}
        </p>
      </div>
      <div className="ml-auto flex gap-2">
        <PageLink href={href} className={buttonClass({ size: 'sm' })} aria-label={`View ${name}`}>
          View
        </PageLink>
        {action === 'revoke' && (
          <Button size="sm" onClick={onRevoke} aria-label={`Revoke ${name}`}>
            <Ban aria-hidden />
            Revoke…
          </Button>
        )}
      </div>
    </div>
  );
}
