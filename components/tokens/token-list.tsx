'use client';
import { useCallback } from 'react';
import { InfiniteList, type Pages } from '#components/ui/infinite-list.tsx';
import { Skeleton } from '#components/ui/skeleton.tsx';
import type { TokenView } from '#server/credentials/tokens/schema.ts';
import { HeldStrip } from './held-strip.tsx';
import { isHeld } from './status.tsx';
import { cardGrid, cardShell, TokenCard } from './token-card.tsx';
import { TokenGraceStrip } from './token-grace-strip.tsx';
import { type TokenActs, TokenMenu } from './token-menu.tsx';
import { offersOf, type TokenRights } from './token-offers.ts';

interface TokenListProps {
  /** Which of them in which order. */
  view: string;
  tokens: readonly TokenView[];
  pages: Pages;
  total: number | undefined;
  rights: TokenRights;
  opened: string | null;
  acts: TokenActs;
}

const keyOf = (token: TokenView) => token.id;

export function TokenList({ tokens, rights, opened, acts, ...list }: TokenListProps) {
  const { mayWrite, mayRevoke } = rights;
  const draw = useCallback(
    (token: TokenView) => {
      const held = { mayWrite, mayRevoke };
      return (
        <TokenCard
          token={token}
          menu={<TokenMenu token={token} rights={held} acts={acts} />}
          isOpen={token.id === opened}
          onOpen={() => acts.onOpen(token)}
          foot={footOf(token, held)}
        />
      );
    },
    [mayWrite, mayRevoke, opened, acts],
  );
  return (
    <InfiniteList
      {...list}
      label="Tokens"
      items={tokens}
      keyOf={keyOf}
      renderItem={draw}
      estimateSize={58}
      keys={{
        d: (token) => token && offersOf(token, rights).onOff && acts.onSwitch(token),
        r: (token) => token && offersOf(token, rights).revoke && acts.onAsk('revoke', token),
      }}
    />
  );
}

function footOf(token: TokenView, { mayRevoke }: TokenRights) {
  if (isHeld(token)) return <HeldStrip />;
  return token.rotation && <TokenGraceStrip token={token} mayEnd={mayRevoke} />;
}

const rows = [44, 28, 52, 36, 40, 24] as const;
const widths = { 24: 'w-24', 28: 'w-28', 36: 'w-36', 40: 'w-40', 44: 'w-44', 52: 'w-52' } as const;

/** As high as the cards that will stand in its place. */
export function TokenListSkeleton() {
  return (
    <div role="status" aria-label="Loading tokens" className="grid gap-1.5">
      {rows.map((width) => (
        <div key={width} className={cardShell}>
          <div className={cardGrid}>
            <Skeleton className="hidden h-4 w-10 @4xl:block" />
            <div className="grid h-10 content-center gap-2">
              <Skeleton className={`h-3 max-w-full ${widths[width]}`} />
              <Skeleton className="h-2.5 w-32 max-w-full" />
            </div>
            <Skeleton className="h-6 w-18 rounded-full!" />
            <Skeleton className="hidden h-4 w-full @4xl:block" />
            <Skeleton className="order-last col-span-full mt-2 h-3.5 w-36 @2xl:order-none @2xl:col-span-1 @2xl:mt-0 @2xl:w-28" />
            <Skeleton className="hidden h-3.5 w-28 @2xl:block" />
          </div>
        </div>
      ))}
    </div>
  );
}
