'use client';
import { Alert } from '#components/ui/alert.tsx';
import { Button } from '#components/ui/button.tsx';
import { useNow } from '#components/ui/use-now.ts';
import type { AgentView } from '#server/credentials/agents/schema.ts';
import { adviceOf } from './advice.ts';
import type { AgentOffers } from './agent-rights.ts';
import { actLabel, type AgentActs, startAct } from './start-act.ts';

interface AgentAdviceProps {
  item: AgentView;
  offers: AgentOffers;
  acts: AgentActs;
}

/** How an agent is, what to do next, and the button that does it, unless it stands at the foot of the panel. */
export function AgentAdvice({ item, offers, acts }: AgentAdviceProps) {
  const { variant, text, act } = adviceOf(item, useNow());
  return (
    <Alert variant={variant}>
      <p>{text}</p>
      {act && act !== 'rotate' && offers[act] && (
        <Button size="sm" className="mt-2" onClick={() => startAct(act, item, acts)}>
          {actLabel(act, item)}
        </Button>
      )}
    </Alert>
  );
}
