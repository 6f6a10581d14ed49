import type { AgentView } from '#server/credentials/agents/schema.ts';
import type { AgentOffers } from './agent-rights.ts';

export type AgentAct = keyof AgentOffers;
/** What opens a dialog first. */
export type AgentQuestion = Exclude<AgentAct, 'rotate' | 'cancel' | 'resume' | 'onOff'> | 'rotate-later';

export interface AgentActs {
  onOpen: (item: AgentView) => void;
  onAsk: (question: AgentQuestion, item: AgentView) => void;
  onRotate: (item: AgentView) => void;
  onCancel: (item: AgentView) => void;
  onResume: (item: AgentView) => void;
  onSwitch: (item: AgentView) => void;
}

const labels: Record<Exclude<AgentAct, 'onOff'>, string> = {
  rotate: 'Rotate now',
  cancel: 'Cancel rotation',
  code: 'New code…',
  edit: 'Edit…',
  transfer: 'Transfer…',
  pause: 'Pause…',
  resume: 'Resume',
  remove: 'Delete…',
};

/** What a button or an entry of a menu says; three dots where it asks something first. */
export function actLabel(act: AgentAct, { enabled }: AgentView): string {
  if (act !== 'onOff') return labels[act];
  return enabled ? 'Disable' : 'Enable';
}

/** Does it, or opens the dialog that comes first. */
export function startAct(act: AgentAct, item: AgentView, acts: AgentActs): void {
  if (act === 'rotate') return acts.onRotate(item);
  if (act === 'cancel') return acts.onCancel(item);
  if (act === 'resume') return acts.onResume(item);
  if (act === 'onOff') return acts.onSwitch(item);
  acts.onAsk(act, item);
}
