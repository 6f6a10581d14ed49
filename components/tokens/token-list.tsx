'use client';
import { useCallback } from 'react';
import { InfiniteList, type Pages } from '#components/ui/infinite-list.tsx';
import type { TokenView } from '#server/credentials/tokens/schema.ts';
import { HeldStrip } from './held-strip.tsx';
import { isHeld } from './status.tsx';
import { TokenCard } from './token-card.tsx';
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
