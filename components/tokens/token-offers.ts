import type { TokenView } from '#server/credentials/tokens/schema.ts';
import { hasEnded } from './status.tsx';

export interface TokenRights {
  mayWrite: boolean;
  mayRevoke: boolean;
}

/** What its owner can do about a token, wherever it is offered. */
export function offersOf(token: TokenView, { mayWrite, mayRevoke }: TokenRights) {
  const mayChange = mayWrite && !hasEnded(token.status);
  return {
    rotate: mayChange && token.enabled,
    rename: mayChange,
    onOff: mayChange && !token.held,
    revoke: mayRevoke && token.status !== 'revoked',
  };
}
