'use client';
import { cx } from 'class-variance-authority';
import { CircleAlert, Hand, RefreshCw } from 'lucide-react';
import { Button } from '#components/ui/button.tsx';
import { useNow } from '#components/ui/use-now.ts';
import type { AgentView } from '#server/credentials/agents/schema.ts';
import { adviceOf } from './advice.ts';
import type { AgentOffers } from './agent-rights.ts';
import { isOpen } from './rotation-words.ts';
import { actLabel, type AgentActs, startAct } from './start-act.ts';

interface AgentFootProps {
  item: AgentView;
  offers: AgentOffers;
  acts: AgentActs;
}

const icons = { info: RefreshCw, warn: Hand, danger: CircleAlert };
const colors = { info: 'text-sky', warn: 'text-warn', danger: 'text-danger' };

/** The foot of a card, while there is something to say of it: a rotation that goes on, or what keeps it from working. */
export function AgentFoot({ item, offers, acts }: AgentFootProps) {
  const advice = adviceOf(item, useNow());
  const isRotating = item.rotation !== null && isOpen(item.rotation);
  const isQuiet = advice.variant === 'info' && !isRotating;
  if (isQuiet) return null;
  // What waits for a machine that is away may wait for days.
  const isMoving = advice.variant === 'info' && item.online;
  const { variant, text, act } = advice;
  const Icon = icons[variant];
  return (
    <div className="mt-2 flex basis-full flex-wrap items-center gap-x-3 gap-y-1 border-t border-line pt-2 pr-1.5 text-sm text-muted">
      <Icon
        aria-hidden
        className={cx('size-4 shrink-0', colors[variant], isMoving && 'motion-safe:animate-spin')}
      />
      <p className="min-w-0 flex-1 basis-48">{text}</p>
      {act && offers[act] && (
        <Button size="sm" tabIndex={-1} onClick={() => startAct(act, item, acts)}>
          {actLabel(act, item)}
        </Button>
      )}
    </div>
  );
}
