'use client';
import { useQuery } from '@tanstack/react-query';
import { useRef } from 'react';
import { Failed } from '#components/api/failed.tsx';
import { trpcClient } from '#components/api/trpc.ts';
import { Fact, Facts } from '#components/ui/facts.tsx';
import { SidePanel } from '#components/ui/side-panel.tsx';
import { Sparkline } from '#components/ui/sparkline.tsx';
import { Skeleton } from '#components/ui/surface.tsx';
import { exactWords } from '#components/ui/time-words.ts';
import type { TokenView } from '#server/credentials/tokens/schema.ts';
import { allWords } from './all-words.ts';
import { dailyUseWords, timesWords } from './daily-use-words.ts';
import { heldWords } from './held-strip.tsx';
import { PanelActs } from './panel-acts.tsx';
import { isHeld, StatusPill } from './status.tsx';
import { TokenHistory } from './token-history.tsx';
import { offersOf, type TokenRights } from './token-offers.ts';
import { TokenPlaces } from './token-places.tsx';
import { tokensKey } from './tokens-key.ts';

interface TokenPanelProps {
  id: string;
  rights: TokenRights;
  onRotate: (token: TokenView) => void;
  returnTo: () => HTMLElement | null;
  onClose: () => void;
}

/** One token in full: what it may do, and where and how it is used. */
export function TokenPanel({ id, rights, onRotate, returnTo, onClose }: TokenPanelProps) {
  const { data: token, error } = useQuery({
    queryKey: [...tokensKey, 'one', id],
    queryFn: ({ signal }) => trpcClient.tokens.get.query({ id }, { signal }),
  });
  const body = useRef<HTMLDivElement>(null);
  const offers = token && offersOf(token, rights);
  return (
    <SidePanel
      title={token?.name ?? 'Token'}
      description={token && <Head token={token} />}
      onClose={onClose}
      returnTo={returnTo}
      foot={
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
      <StatusPill status={token.status} />
      <code className="font-mono text-xs">{token.prefix}</code>
    </span>
  );
}

const exactly = (at: string | null, otherwise: string) => (at ? exactWords(new Date(at)) : otherwise);

export function TokenFacts({ token }: { token: TokenView }) {
  const { permissions, ipAllowlist, rotation, useCount: uses } = token;
  return (
    <Facts>
      <Fact name="May do">{permissions[0] === '*' ? allWords : permissions.join(', ')}</Fact>
      {ipAllowlist.length > 0 && <Fact name="Only from">{ipAllowlist.join(', ')}</Fact>}
      {isHeld(token) && <Fact name="Status">{heldWords}</Fact>}
      <Fact name="Created">{exactly(token.createdAt, '')}</Fact>
      <Fact name="Expires">{exactly(token.expiresAt, 'Never')}</Fact>
      <Fact name="Last used">{exactly(token.lastUsedAt, 'Never')}</Fact>
      {token.lastUsedIp && <Fact name="From">{token.lastUsedIp}</Fact>}
      {token.lastUsedAgent && <Fact name="By">{token.lastUsedAgent}</Fact>}
      <Fact name="Used">{uses === 0 ? 'Never' : `${timesWords(uses)} in all`}</Fact>
      {rotation && <Fact name="Rotated">{exactly(rotation.rotatedAt, '')}</Fact>}
      {rotation && <Fact name="Old secret">Works until {exactly(rotation.graceEndsAt, '')}</Fact>}
      {token.revokedAt && <Fact name="Revoked">{exactly(token.revokedAt, '')}</Fact>}
      {token.revokedBy && <Fact name="By">{token.revokedBy.label}</Fact>}
      {token.revokeReason && <Fact name="Reason">{token.revokeReason}</Fact>}
    </Facts>
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
