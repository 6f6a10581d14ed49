import type { AgentSecret, AgentState, RotationFailure } from './published.d.ts';
import { writeState, WriteError } from './state-file.ts';
import { tryToken, type Trial } from './try-token.ts';

/** The codes by which a server says that a secret is none, or no longer one. */
const endedCodes = ['token_invalid', 'token_revoked', 'secret_retired', 'token_expired'];

export const isEnded = (code: string) => endedCodes.includes(code);

/**
 * Whether a refusal shows that the server has the secret. The one that it came after may be over then, and is not shown: a
 * secret that was replaced looks like theft.
 */
export const isKnown = (code: string) => !['', 'token_invalid', 'secret_retired'].includes(code);

export type Kept = { kept: true } | { kept: false; reason: RotationFailure; text: string };

/** The secrets on an agent's disk. Whatever happens to the process, one of them works. */
export interface HeldSecrets {
  state(): AgentState;
  /** What to open the channel with, the likeliest first. */
  candidates(): AgentSecret[];
  /** The next secret as far as the server has not refused it for good. */
  hopeful(): AgentSecret | null;
  /** The server has refused a secret for good, or not. */
  noteRefusal(secret: AgentSecret, code: string): void;
  /** Puts a new secret on the disk beside the current one. */
  keepNext(secret: AgentSecret): Promise<Kept>;
  /** Has the server try the next secret, and drops the current one once the next works. */
  confirmNext(): Promise<Trial>;
  /** Drops the current secret: the next one was shown to work. */
  adoptNext(): void;
}

export interface HeldSecretsOptions {
  file: string;
  state: AgentState;
  onAdopted(secret: AgentSecret): void;
  onWarning(text: string): void;
}

export function holdSecrets({ file, state: found, onAdopted, onWarning }: HeldSecretsOptions): HeldSecrets {
  let state = found;
  let refusal: { token: string; code: string } | undefined;
  let confirming: Promise<Trial> | undefined;

  function adoptNext(): void {
    const { next } = state;
    if (!next) return;
    state = { ...state, current: next, next: null };
    try {
      writeState(file, state);
    } catch (error) {
      if (!(error instanceof WriteError)) throw error;
      // The file holds both still, and a start tries the next one first.
      onWarning(`${error.message} The old secret stays in it for now.`);
    }
    onAdopted(next);
  }

  async function confirm(): Promise<Trial> {
    const { server, agentId, next } = state;
    if (!next) return { result: 'works' };
    const trial = await tryToken(server, agentId, next.token);
    if (state.next !== next) return { result: 'unknown', reason: 'It was replaced meanwhile.' };
    if (trial.result === 'works') adoptNext();
    if (trial.result === 'refused') noteRefusal(next, trial.code);
    return trial;
  }

  const confirmNext = () =>
    (confirming ??= confirm().finally(() => {
      confirming = undefined;
    }));

  function noteRefusal({ token }: AgentSecret, code: string): void {
    if (token === state.next?.token && isEnded(code)) refusal = { token, code };
  }

  const refusedAs = () => (refusal?.token === state.next?.token ? refusal?.code : undefined);
  const hopeful = () => (refusedAs() === undefined ? state.next : null);

  return {
    state: () => state,
    hopeful,
    noteRefusal,
    candidates() {
      const { current, next } = state;
      // An expired one still opens the channel, and to show one that was replaced looks like theft.
      return next && [undefined, 'token_expired'].includes(refusedAs()) ? [next, current] : [current];
    },
    confirmNext,
    adoptNext,
    async keepNext({ epoch, token }) {
      if ([state.current.token, state.next?.token].includes(token)) return { kept: true };
      if (epoch <= state.current.epoch)
        return { kept: false, reason: 'other', text: `Epoch ${state.current.epoch} is here already.` };
      // It may be the one that works by now: only the server knows, and only then is it written over.
      const held = hopeful();
      const trial = held ? await confirmNext() : undefined;
      if (held && hopeful() === held)
        return {
          kept: false,
          reason: 'busy',
          text: `Epoch ${held.epoch} is not confirmed: ${reasonOf(trial)}`,
        };
      return write({ ...state, next: { epoch, token } });
    },
  };

  function write(changed: AgentState): Kept {
    try {
      writeState(file, changed);
      state = changed;
      return { kept: true };
    } catch (error) {
      if (!(error instanceof WriteError)) throw error;
      return { kept: false, reason: error.reason, text: error.message };
    }
  }
}

const reasonOf = (trial: Trial | undefined) => (trial && 'reason' in trial ? trial.reason : 'no answer');
