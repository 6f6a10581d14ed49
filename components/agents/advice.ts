import { clockWords } from '#components/ui/time-words.ts';
import type { AgentView } from '#server/credentials/agents/schema.ts';
import type { AgentOffers } from './agent-rights.ts';
import { isOpen, stateWords } from './rotation-words.ts';

export interface Advice {
  variant: 'info' | 'warn' | 'danger';
  /** How it is, and what to do next. */
  text: string;
  /** What helps, for those who may do it. */
  act: keyof AgentOffers | null;
}

const info = (text: string, act: Advice['act'] = null): Advice => ({ variant: 'info', text, act });
const warn = (text: string, act: Advice['act'] = null): Advice => ({ variant: 'warn', text, act });
const danger = (text: string, act: Advice['act'] = null): Advice => ({ variant: 'danger', text, act });

/** What to know of an agent first, and what to do about it. */
export function adviceOf(item: AgentView, now: Date): Advice {
  return switchedOff(item) ?? suspect(item) ?? enrolling(item, now) ?? running(item, now);
}

function switchedOff({ enabled, pausedAt, pauseReason, owner }: AgentView): Advice | undefined {
  if (!enabled) return info('Switched off: its calls are refused until it is enabled.', 'onOff');
  if (pausedAt) {
    const reason = pauseReason ? `: ${pauseReason.replace(/[.!]+$/, '')}` : '';
    return warn(`Paused${reason}. Its calls are refused until it is resumed.`, 'resume');
  }
  if (owner.active) return undefined;
  return danger(
    `Its calls are refused, because its owner, ${owner.label}, was deactivated. Transfer it to someone else.`,
    'transfer',
  );
}

function suspect({ cloneSuspectedAt, status }: AgentView): Advice | undefined {
  if (status === 'rotation_stuck')
    return danger(
      'Three new secrets were delivered and not confirmed, so no more are tried. Look at its log on the machine, then rotate it.',
      'rotate',
    );
  if (!cloneSuspectedAt) return undefined;
  return danger(
    'It seems to run in two places. Unless that is on purpose, pause it, then enroll it again with a new code.',
    'pause',
  );
}

function enrolling({ enrollment, epoch }: AgentView, now: Date): Advice | undefined {
  const waits = enrollment && new Date(enrollment.expiresAt) > now;
  if (waits && epoch === null)
    return info(
      `A code waits to be used until ${clockWords(new Date(enrollment.expiresAt), now)}. Run its command on the machine.`,
      'code',
    );
  if (epoch === null)
    return info(
      'It has no secret and no code that works. Make a new code, and use it on the machine.',
      'code',
    );
  return undefined;
}

function running({ status, rotation, expiresAt, lastSeenAt }: AgentView, now: Date): Advice {
  if (expiresAt && new Date(expiresAt) <= now)
    return warn(
      'Its secret has ended. Once it reconnects it is given a new one; a machine that is gone needs a new code.',
      'code',
    );
  if (rotation && isOpen(rotation))
    return info(`${stateWords[rotation.state]}. The secret that it has works meanwhile.`);
  if (status === 'online') return info('All is well: its secret is replaced by itself, in time.');
  if (status === 'never_connected' || !lastSeenAt)
    return info('It was enrolled and has not connected yet. Start it: keyward agent run.');
  return info('It is not connected. On its machine, keyward agent status says why.');
}
