import { CircleCheck, CircleDashed, EyeOff, FilePen, type LucideIcon, Sparkles } from 'lucide-react';
import { Badge, type BadgeVariant } from '#components/ui/badge.tsx';
import type { HeldToolView } from '#server/gateway/mcp-tools/schema.ts';

type ToolState = HeldToolView['state'] | 'gone';

const marks: Record<ToolState, { variant: BadgeVariant; icon: LucideIcon; words: string }> = {
  approved: { variant: 'ok', icon: CircleCheck, words: 'Approved' },
  new: { variant: 'sky', icon: Sparkles, words: 'New' },
  changed: { variant: 'warn', icon: FilePen, words: 'Changed' },
  hidden: { variant: 'warn', icon: EyeOff, words: 'Hidden' },
  gone: { variant: 'idle', icon: CircleDashed, words: 'Gone' },
};

export const stateOf = ({ state, goneAt }: HeldToolView): ToolState => (goneAt ? 'gone' : state);

export function ToolStateBadge({ state }: { state: ToolState }) {
  const { words, ...mark } = marks[state];
  return <Badge {...mark}>{words}</Badge>;
}
