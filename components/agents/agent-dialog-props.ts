import type { AgentView } from '#server/credentials/agents/schema.ts';

/** Of every dialog about one agent. */
export interface AgentDialogProps {
  item: AgentView;
  returnTo: () => HTMLElement | null;
  onClose: () => void;
}
