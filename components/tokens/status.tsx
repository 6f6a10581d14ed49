import { Ban, CircleCheck, CircleDashed, CirclePause, Clock, Lock, type LucideIcon } from 'lucide-react';
import { Badge, type BadgeVariant } from '#components/ui/badge.tsx';
import type { TokenStatus, TokenView } from '#server/credentials/tokens/schema.ts';

export const statuses = [
  'active',
  'expiring',
  'blocked',
  'disabled',
  'expired',
  'revoked',
] as const satisfies TokenStatus[];

export const statusWords: Record<TokenStatus, string> = {
  active: 'Active',
  expiring: 'Expiring',
  blocked: 'Blocked',
  expired: 'Expired',
  disabled: 'Disabled',
  revoked: 'Revoked',
};

const marks: Record<TokenStatus, { variant: BadgeVariant; icon: LucideIcon }> = {
  active: { variant: 'ok', icon: CircleCheck },
  expiring: { variant: 'warn', icon: Clock },
  blocked: { variant: 'warn', icon: Lock },
  expired: { variant: 'idle', icon: CircleDashed },
  disabled: { variant: 'idle', icon: CirclePause },
  revoked: { variant: 'danger', icon: Ban },
};

export function StatusBadge({ status }: { status: TokenStatus }) {
  return <Badge {...marks[status]}>{statusWords[status]}</Badge>;
}

/** It will not work again, whatever one does. */
export const hasEnded = (status: TokenStatus) => status === 'expired' || status === 'revoked';

/** Switched off by an admin or by the detection of a stolen secret, so its owner may not switch it on. */
export const isHeld = ({ status, held }: Pick<TokenView, 'status' | 'held'>) => status === 'disabled' && held;
