import {
  CircleCheck,
  CircleDashed,
  CirclePause,
  Hand,
  type LucideIcon,
  RefreshCw,
  TriangleAlert,
  Unplug,
} from 'lucide-react';
import { Badge, type BadgeVariant } from '#components/ui/badge.tsx';
import type { AgentStatus } from '#server/credentials/agents/schema.ts';

/** In the order of the filter: what is well, what needs a look, what is switched off. */
export const statuses = [
  'online',
  'offline',
  'rotation_pending',
  'rotation_stuck',
  'never_connected',
  'paused',
  'disabled',
] as const satisfies AgentStatus[];

export const statusWords: Record<AgentStatus, string> = {
  online: 'Online',
  offline: 'Offline',
  rotation_pending: 'Rotation pending',
  rotation_stuck: 'Rotation stuck',
  never_connected: 'Never connected',
  paused: 'Paused',
  disabled: 'Disabled',
};

const marks: Record<AgentStatus, { variant: BadgeVariant; icon: LucideIcon }> = {
  online: { variant: 'ok', icon: CircleCheck },
  offline: { variant: 'idle', icon: Unplug },
  rotation_pending: { variant: 'sky', icon: RefreshCw },
  rotation_stuck: { variant: 'danger', icon: TriangleAlert },
  never_connected: { variant: 'idle', icon: CircleDashed },
  paused: { variant: 'warn', icon: Hand },
  disabled: { variant: 'idle', icon: CirclePause },
};

export function AgentStatusBadge({ status }: { status: AgentStatus }) {
  return <Badge {...marks[status]}>{statusWords[status]}</Badge>;
}
