'use client';
import { DescriptionItem, DescriptionList } from '#components/ui/description-list.tsx';
import { exactWords, relativeWords } from '#components/ui/time-words.ts';
import { useNow } from '#components/ui/use-now.ts';
import type { AgentView } from '#server/credentials/agents/schema.ts';

/** Who it acts for, its secret, and where it runs. */
export function AgentFacts({ item }: { item: AgentView }) {
  const { rotationDays, host, version, address } = item;
  return (
    <DescriptionList>
      <DescriptionItem name="Acts for">{item.owner.label}</DescriptionItem>
      {item.description && <DescriptionItem name="Description">{item.description}</DescriptionItem>}
      <DescriptionItem name="May do">{item.permissions.join(', ')}</DescriptionItem>
      <DescriptionItem name="Epoch">{item.epoch ?? 'None yet'}</DescriptionItem>
      <DescriptionItem name="Rotates">{everyWords(rotationDays)}</DescriptionItem>
      {item.rotateAfter && (
        <DescriptionItem name="Next rotation">
          <Moment at={item.rotateAfter} />
        </DescriptionItem>
      )}
      {item.expiresAt && (
        <DescriptionItem name="Secret ends">
          <Moment at={item.expiresAt} note="If it is not replaced before." />
        </DescriptionItem>
      )}
      {host && <DescriptionItem name="Host">{host}</DescriptionItem>}
      {version && <DescriptionItem name="Version">{version}</DescriptionItem>}
      {address && <DescriptionItem name="Address">{address}</DescriptionItem>}
      {item.online && item.connectedAt && (
        <DescriptionItem name="Connected">
          <Moment at={item.connectedAt} />
        </DescriptionItem>
      )}
      <DescriptionItem name="Last seen">
        {item.lastSeenAt ? <Moment at={item.lastSeenAt} /> : 'Never'}
      </DescriptionItem>
      <DescriptionItem name="Created">{exactWords(new Date(item.createdAt))}</DescriptionItem>
    </DescriptionList>
  );
}

function everyWords(days: number | null): string {
  if (days === null) return 'As set for everyone';
  return days === 1 ? 'Every day' : `Every ${days} days`;
}

function Moment({ at, note }: { at: string; note?: string }) {
  const date = new Date(at);
  return (
    <>
      {relativeWords(date, useNow())} <span className="text-faint">({exactWords(date)})</span>
      {note && <span className="block text-faint">{note}</span>}
    </>
  );
}
