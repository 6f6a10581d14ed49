import { CircleCheck, CirclePause, CircleX, type LucideIcon, TriangleAlert } from 'lucide-react';
import { Badge, type BadgeVariant } from '#components/ui/badge.tsx';
import type { ServerView } from '#server/gateway/mcp-servers/schema.ts';

export const statuses = ['up', 'degraded', 'down', 'disabled'] as const;
export type ServerStatus = (typeof statuses)[number];

export const statusWords: Record<ServerStatus, string> = {
  up: 'Up',
  degraded: 'Degraded',
  down: 'Down',
  disabled: 'Disabled',
};

const marks: Record<ServerStatus, { variant: BadgeVariant; icon: LucideIcon }> = {
  up: { variant: 'ok', icon: CircleCheck },
  degraded: { variant: 'warn', icon: TriangleAlert },
  down: { variant: 'danger', icon: CircleX },
  disabled: { variant: 'idle', icon: CirclePause },
};

export const statusOf = ({ enabled, health }: ServerView): ServerStatus =>
  enabled ? health.status : 'disabled';

export function ServerStatusBadge({ server }: { server: ServerView }) {
  const status = statusOf(server);
  return <Badge {...marks[status]}>{statusWords[status]}</Badge>;
}
