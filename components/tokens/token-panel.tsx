'use client';
import { useRef } from 'react';
import { Failed } from '#components/api/failed.tsx';
import { DescriptionItem, DescriptionList } from '#components/ui/description-list.tsx';
import { SidePanel } from '#components/ui/side-panel.tsx';
import { Skeleton } from '#components/ui/skeleton.tsx';
import { Sparkline } from '#components/ui/sparkline.tsx';
import { exactWords } from '#components/ui/time-words.ts';
import type { TokenView } from '#server/credentials/tokens/schema.ts';
import { allWords } from './all-words.ts';
import { dailyUseWords, timesWords } from './daily-use-words.ts';
import { heldWords } from './held-strip.tsx';
import { PanelActs } from './panel-acts.tsx';
import { isHeld, StatusBadge } from './status.tsx';
import { TokenHistory } from './token-history.tsx';
import { offersOf, type TokenRights } from './token-offers.ts';
import { TokenPlaces } from './token-places.tsx';
import { useToken } from './use-token.ts';

interface TokenPanelProps {
  id: string;
  rights: TokenRights;
  onRotate: (token: TokenView) => void;
  returnTo: () => HTMLElement | null;
  onClose: () => void;
}

/** One token in full: what it may do, and where and how it is used. */
export function TokenPanel({ id, rights, onRotate, returnTo, onClose }: TokenPanelProps) {
  const { data: token, error } = useToken(id);
  const body = useRef<HTMLDivElement>(null);
  const offers = token && offersOf(token, rights);
  return (
    <SidePanel
      title={token?.name ?? 'Token'}
      description={token && <Head token={token} />}
      onClose={onClose}
      returnTo={returnTo}
      footer={
        offers &&
        (offers.rotate || offers.onOff || offers.revoke) && (
          <PanelActs token={token} offers={offers} onRotate={onRotate} rest={body} />
        )
      }
    >
      {!token && (error ? <Failed error={error} /> : <PanelSkeleton />)}
      {token && (
        <div ref={body} tabIndex={-1} className="grid gap-6 outline-none">
          <TokenFacts token={token} />
          <section aria-labelledby="use">
            <h3 id="use" className="font-semibold">
              Use
            </h3>
            <p className="mb-3 text-sm text-muted">{dailyUseWords(token.useByDay)}</p>
            <Sparkline
              values={token.useByDay}
              label="Uses by day, oldest first"
              height={40}
              className="h-16 w-full text-faint"
            />
          </section>
          <TokenPlaces id={id} />
          <TokenHistory id={id} />
        </div>
      )}
    </SidePanel>
  );
}

function Head({ token }: { token: TokenView }) {
  return (
    <span className="mt-1.5 flex flex-wrap items-center gap-2">
      <StatusBadge status={token.status} />
      <code className="font-mono text-xs">{token.prefix}</code>
    </span>
  );
}

const exactly = (at: string | null, otherwise: string) => (at ? exactWords(new Date(at)) : otherwise);

export function TokenFacts({ token }: { token: TokenView }) {
  const { permissions, ipAllowlist, rotation, useCount: uses } = token;
  return (
    <DescriptionList>
      <DescriptionItem name="May do">
        {permissions[0] === '*' ? allWords : permissions.join(', ')}
      </DescriptionItem>
      {ipAllowlist.length > 0 && <DescriptionItem name="Only from">{ipAllowlist.join(', ')}</DescriptionItem>}
      {isHeld(token) && <DescriptionItem name="Status">{heldWords}</DescriptionItem>}
      <DescriptionItem name="Created">{exactly(token.createdAt, '')}</DescriptionItem>
      <DescriptionItem name="Expires">{exactly(token.expiresAt, 'Never')}</DescriptionItem>
      <DescriptionItem name="Last used">{exactly(token.lastUsedAt, 'Never')}</DescriptionItem>
      {token.lastUsedIp && <DescriptionItem name="From">{token.lastUsedIp}</DescriptionItem>}
      {token.lastUsedAgent && <DescriptionItem name="By">{token.lastUsedAgent}</DescriptionItem>}
      <DescriptionItem name="Used">{uses === 0 ? 'Never' : `${timesWords(uses)} in all`}</DescriptionItem>
      {rotation && <DescriptionItem name="Rotated">{exactly(rotation.rotatedAt, '')}</DescriptionItem>}
      {rotation && (
        <DescriptionItem name="Old secret">Works until {exactly(rotation.graceEndsAt, '')}</DescriptionItem>
      )}
      {token.revokedAt && <DescriptionItem name="Revoked">{exactly(token.revokedAt, '')}</DescriptionItem>}
      {token.revokedBy && <DescriptionItem name="By">{token.revokedBy.label}</DescriptionItem>}
      {token.revokeReason && <DescriptionItem name="Reason">{token.revokeReason}</DescriptionItem>}
    </DescriptionList>
  );
}

export function PanelSkeleton() {
  return (
    <div role="status" aria-label="Loading the token" className="grid gap-3">
      {['w-64', 'w-52', 'w-60', 'w-56', 'w-40'].map((width) => (
        <Skeleton key={width} className={`h-3.5 max-w-full ${width}`} />
      ))}
      <Skeleton className="mt-6 h-16 w-full" />
    </div>
  );
}
