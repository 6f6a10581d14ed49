'use client';
import { Badge } from '#components/ui/badge.tsx';
import { Button } from '#components/ui/button.tsx';
import { useRowStop } from '#components/ui/row.tsx';
import { TimeAgo } from '#components/ui/time-ago.tsx';
import { PersonChip } from '#components/users/person-chip.tsx';
import type { LinkView } from '#server/core/one-time-codes/schema.ts';
import { issuerWords, kindWords, nameOfLink } from './link-words.ts';

/** The columns shared by every row and by its skeleton, so that the eye can run down them. */
export const rowGrid =
  'grid min-h-14 grid-cols-[minmax(0,1fr)_auto] items-center gap-x-3 gap-y-1.5 rounded-card border border-line bg-surface py-2 pr-2.5 pl-3.5 @2xl:grid-cols-[minmax(0,1.2fr)_9.5rem_minmax(0,1fr)_8.5rem_auto] @2xl:gap-x-4';

interface LinkRowProps {
  link: LinkView;
  /** Null for those who may look and not revoke. */
  onRevoke: ((link: LinkView) => void) | null;
}

export function LinkRow({ link, onRevoke }: LinkRowProps) {
  const { user, kind, about, createdAt, expiresAt } = link;
  const { label, icon, variant } = kindWords[kind];
  return (
    <article aria-label={nameOfLink(link)} className={rowGrid}>
      <PersonChip name={user.name} email={user.email} />
      <span className="order-1 col-span-full flex flex-wrap items-center gap-x-3 gap-y-1 pl-9.5 text-sm text-muted @2xl:order-none @2xl:contents">
        <span className="flex max-w-full min-w-0 items-center gap-x-2 gap-y-0.5 @2xl:flex-col @2xl:items-start">
          <Badge variant={variant} icon={icon}>
            {label}
          </Badge>
          {about && (
            <span title={about} className="max-w-full min-w-0 truncate text-xs text-faint @2xl:pl-1.5">
              {about}
            </span>
          )}
        </span>
        <span className="min-w-0 @max-2xl:w-full">
          <TimeAgo at={createdAt} before="Issued" under={issuerWords(link)} more={issuerWords(link)} />
        </span>
        <span className="@max-2xl:w-full">
          <TimeAgo at={expiresAt} before="Expires" ahead />
        </span>
      </span>
      {onRevoke && <RevokeButton name={nameOfLink(link)} onPress={() => onRevoke(link)} />}
    </article>
  );
}

function RevokeButton({ name, onPress }: { name: string; onPress: () => void }) {
  return (
    <Button {...useRowStop()} size="sm" aria-label={`Revoke ${name}`} onClick={onPress}>
      Revoke
    </Button>
  );
}
