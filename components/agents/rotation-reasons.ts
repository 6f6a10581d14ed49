import type { RotationView } from '#server/credentials/rotation/schema.ts';

/** Why a rotation began. */
export const causeWords: Record<RotationView['cause'], string> = {
  schedule: 'It was due',
  request: 'Requested',
  recovery: 'Its secret had ended or was an old one',
  enrollment: 'Enrolled again',
};

interface FailureWords {
  what: string;
  /** What helps. */
  advice: string;
}

/** Why a rotation did not come to its end, and what to do about it. The secret that the agent has goes on working. */
export const failureWords: Record<NonNullable<RotationView['failure']>, FailureWords> = {
  disk_full: {
    what: 'The disk of the agent is full',
    advice: 'Free some space there, then rotate it again.',
  },
  not_writable: {
    what: 'The agent may not write its state file',
    advice: 'Make the file and its folder writable for the agent, then rotate it again.',
  },
  verify_failed: {
    what: 'The agent could not call with the new secret',
    advice: 'Look whether calls from there reach this server, then rotate it again.',
  },
  busy: { what: 'The agent was busy', advice: 'Nothing to do: it is tried again soon.' },
  unsupported: {
    what: 'The agent cannot replace its secret',
    advice: 'Update the program that it runs.',
  },
  other: { what: 'The agent could not save it', advice: 'Its own log says more.' },
  timeout: {
    what: 'The agent did not answer in time',
    advice: 'It is tried again when it next connects. If that does not help, read its log.',
  },
  lost: {
    what: 'It was interrupted before it was delivered',
    advice: 'Nothing to do: a new secret is made.',
  },
};
