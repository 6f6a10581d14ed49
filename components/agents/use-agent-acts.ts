'use client';
import { useEffect, useMemo, useRef } from 'react';
import type { AgentView } from '#server/credentials/agents/schema.ts';
import type { AgentActs } from './start-act.ts';
import { useResumeAgent, useSwitchAgent } from './use-agent-changes.ts';
import type { AgentFilters } from './use-agent-filters.ts';
import { useCancelRotation, useRotateAgent } from './use-rotation.ts';

/** The same object while nothing about it changes, so that rows are not drawn again. */
export function useAgentActs(
  setFilters: (change: Partial<AgentFilters>) => void,
  onAsk: AgentActs['onAsk'],
): AgentActs {
  const { mutate: update } = useSwitchAgent();
  const { mutate: resume } = useResumeAgent();
  const rotate = useRotateAgent((item) => {
    // The panel makes room for the dialog.
    setFilters({ agent: null });
    onAsk('rotate-later', item);
  });
  const cancel = useCancelRotation();
  const latest = useRef({ rotate, cancel });
  useEffect(() => {
    latest.current = { rotate, cancel };
  });
  return useMemo(() => {
    const onOpen = ({ id }: AgentView) => setFilters({ agent: id });
    return {
      onOpen,
      onAsk,
      onRotate(item) {
        // Its steps are shown there as they pass.
        if (item.online) onOpen(item);
        latest.current.rotate(item);
      },
      onCancel: (item) => latest.current.cancel(item),
      onResume: ({ id }) => resume({ id }),
      onSwitch: ({ id, enabled }) => update({ id, enabled: !enabled }),
    };
  }, [setFilters, onAsk, update, resume]);
}
