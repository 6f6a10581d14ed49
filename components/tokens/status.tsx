import { Ban, CircleCheck, CircleDashed, CirclePause, Clock, type LucideIcon } from 'lucide-react';
import { Pill, type Tone } from '#components/ui/pill.tsx';
import type { TokenStatus, TokenView } from '#server/credentials/tokens/schema.ts';

export const statuses = [
  'active',
  'expiring',
  'expired',
  'disabled',
  'revoked',
] as const satisfies TokenStatus[];

export const statusWords: Record<TokenStatus, string> = {
  active: 'Active',
  expiring: 'Expiring',
  expired: 'Expired',
  disabled: 'Disabled',
  revoked: 'Revoked',
};

const marks: Record<TokenStatus, { tone: Tone; icon: LucideIcon }> = {
  active: { tone: 'ok', icon: CircleCheck },
  expiring: { tone: 'warn', icon: Clock },
  expired: { tone: 'idle', icon: CircleDashed },
  disabled: { tone: 'idle', icon: CirclePause },
  revoked: { tone: 'danger', icon: Ban },
};

export function StatusPill({ status }: { status: TokenStatus }) {
  return <Pill {...marks[status]}>{statusWords[status]}</Pill>;
}

/** It will not work again, whatever one does. */
export const hasEnded = (status: TokenStatus) => status === 'expired' || status === 'revoked';

/** Switched off by an admin or by the detection of a stolen secret, so its owner may not switch it on. */
export const isHeld = ({ status, held }: Pick<TokenView, 'status' | 'held'>) => status === 'disabled' && held;
