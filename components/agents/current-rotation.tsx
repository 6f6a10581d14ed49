'use client';
import { Button } from '#components/ui/button.tsx';
import { PanelSection } from '#components/ui/panel-section.tsx';
import { useNow } from '#components/ui/use-now.ts';
import type { AgentView } from '#server/credentials/agents/schema.ts';
import type { RotationView } from '#server/credentials/rotation/schema.ts';
import type { AgentOffers } from './agent-rights.ts';
import { RotationProgress } from './rotation-progress.tsx';
import { isOpen } from './rotation-words.ts';
import type { AgentActs } from './start-act.ts';

const shownMs = 600_000;

interface CurrentRotationProps {
  item: AgentView;
  offers: AgentOffers;
  acts: AgentActs;
}

/** The rotation that is under way, or that has just come to its end, step by step. */
export function CurrentRotation({ item, offers, acts }: CurrentRotationProps) {
  const now = useNow();
  const { rotation } = item;
  if (!rotation || !(isOpen(rotation) || isFresh(rotation, now))) return null;
  return (
    <PanelSection
      title={isOpen(rotation) ? 'Rotation under way' : 'Latest rotation'}
      aside={
        offers.cancel &&
        rotation.id !== '' && (
          <Button size="sm" variant="ghost" onClick={() => acts.onCancel(item)}>
            Cancel rotation
          </Button>
        )
      }
    >
      <RotationProgress agent={item} rotation={rotation} />
    </PanelSection>
  );
}

/** It has failed, its old secret still works, or it ended a moment ago. */
function isFresh({ state, promotedAt, endedAt, graceEndsAt }: RotationView, now: Date): boolean {
  if (state === 'failed') return true;
  if (graceEndsAt && new Date(graceEndsAt) > now) return true;
  const end = promotedAt ?? endedAt;
  return end !== null && now.getTime() - new Date(end).getTime() < shownMs;
}
