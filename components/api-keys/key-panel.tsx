'use client';
import { useQuery } from '@tanstack/react-query';
import { Ban, PencilLine, Power, RefreshCw, ScrollText } from 'lucide-react';
import { Failed } from '#components/api/failed.tsx';
import { trpcClient } from '#components/api/trpc.ts';
import { ReachList } from '#components/resources/reach-list.tsx';
import { useMe } from '#components/sessions/use-me.ts';
import { hasEnded, StatusBadge } from '#components/tokens/status.tsx';
import { PanelSkeleton } from '#components/tokens/token-panel.tsx';
import { Button, buttonClass } from '#components/ui/button.tsx';
import { DescriptionItem, DescriptionList } from '#components/ui/description-list.tsx';
import { PageLink } from '#components/ui/page-link.tsx';
import { SidePanel } from '#components/ui/side-panel.tsx';
import { exactWords } from '#components/ui/time-words.ts';
import type { KeyView } from '#server/credentials/api-keys/schema.ts';
import type { KeyActs } from './key-card.tsx';
import { keysKey } from './keys-key.ts';
import { lastUseWords } from './last-use-words.ts';
import type { KeyQuestion } from './use-key-dialogs.tsx';

interface KeyPanelProps {
  id: string;
  mayWrite: boolean;
  acts: KeyActs;
  returnTo: () => HTMLElement | null;
  onClose: () => void;
}

/** One key in full: what it may do and reach, who made it, and where it is used. */
export function KeyPanel({ id, mayWrite, acts, returnTo, onClose }: KeyPanelProps) {
  const { data: item, error } = useQuery({
    queryKey: [...keysKey, 'one', id],
    queryFn: ({ signal }) => trpcClient.keys.get.query({ id }, { signal }),
  });
  return (
    <SidePanel
      title={item?.name ?? 'API key'}
      description={
        item && (
          <span className="mt-1.5 flex flex-wrap items-center gap-2">
            <StatusBadge status={item.status} />
            <code className="font-mono text-xs">{item.prefix}</code>
          </span>
        )
      }
      onClose={onClose}
      returnTo={returnTo}
      footer={
        item && mayWrite && item.status !== 'revoked' && <Acts item={item} acts={acts} onClose={onClose} />
      }
    >
      {!item && (error ? <Failed error={error} /> : <PanelSkeleton />)}
      {item && <KeyFacts item={item} />}
    </SidePanel>
  );
}

interface ActsProps {
  item: KeyView;
  acts: KeyActs;
  onClose: () => void;
}

function Acts({ item, acts, onClose }: ActsProps) {
  // The dialog belongs to the page: the panel makes room for it.
  const ask = (question: KeyQuestion) => () => {
    onClose();
    acts.onAsk(question, item);
  };
  const isLive = !hasEnded(item.status);
  return (
    <>
      {isLive && (
        <>
          <Button onClick={ask('edit')}>
            <PencilLine aria-hidden />
            Edit…
          </Button>
          {item.enabled && (
            <Button onClick={ask('rotate')}>
              <RefreshCw aria-hidden />
              Rotate…
            </Button>
          )}
          <Button onClick={() => acts.onSwitch(item)}>
            <Power aria-hidden />
            {item.enabled ? 'Disable' : 'Enable'}
          </Button>
        </>
      )}
      <Button variant="danger" onClick={ask('revoke')}>
        <Ban aria-hidden />
        Revoke…
      </Button>
    </>
  );
}

const exactly = (at: string | null, otherwise: string) => (at ? exactWords(new Date(at)) : otherwise);

function KeyFacts({ item }: { item: KeyView }) {
  const seesLog = useMe().data?.permissions.includes('audit:read') ?? false;
  const { permissions, ipAllowlist, resources, rotation } = item;
  return (
    <div className="grid gap-6">
      <DescriptionList>
        <DescriptionItem name="May do">{permissions.join(', ')}</DescriptionItem>
        {ipAllowlist.length > 0 && (
          <DescriptionItem name="Only from">{ipAllowlist.join(', ')}</DescriptionItem>
        )}
        <DescriptionItem name="Made by">{item.createdBy.label}</DescriptionItem>
        <DescriptionItem name="Created">{exactly(item.createdAt, '')}</DescriptionItem>
        <DescriptionItem name="Expires">{exactly(item.expiresAt, 'Never')}</DescriptionItem>
        <DescriptionItem name="Last used">{exactly(item.lastUsedAt, 'Never')}</DescriptionItem>
        {item.lastUsedAt && <DescriptionItem name="Use">{lastUseWords(item)}</DescriptionItem>}
        {rotation && <DescriptionItem name="Rotated">{exactly(rotation.rotatedAt, '')}</DescriptionItem>}
        {rotation && (
          <DescriptionItem name="Old secret">Works until {exactly(rotation.graceEndsAt, '')}</DescriptionItem>
        )}
        {item.revokedAt && <DescriptionItem name="Revoked">{exactly(item.revokedAt, '')}</DescriptionItem>}
        {item.revokedBy && <DescriptionItem name="By">{item.revokedBy.label}</DescriptionItem>}
        {item.revokeReason && <DescriptionItem name="Reason">{item.revokeReason}</DescriptionItem>}
      </DescriptionList>
      <ReachList resources={resources} />
      {seesLog && (
        <PageLink
          href={`/admin/audit?resource=${item.id}`}
          className={buttonClass({ className: 'justify-self-start' })}
        >
          <ScrollText aria-hidden />
          What happened to it
        </PageLink>
      )}
    </div>
  );
}
