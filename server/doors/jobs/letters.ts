import type { Runtime } from '#server/core/access/context.ts';
import type { Letter, MailJob, MailKind } from '#server/core/mail/schema.ts';
import { writeNoticeLetter } from '#server/oversight/notifications/write-notice.ts';
import { writeMagicLetter } from '#server/people/magic-links/write-magic.ts';
import { writeInviteLetter, writeResetLetter } from '#server/people/users/write-links.ts';
import { writePausedLetter } from '#server/people/users/write-paused.ts';

/** Writes a letter from what is true when it is sent; null when it is no longer wanted. */
type Writer = (runtime: Runtime, job: MailJob) => Promise<Letter | null>;

/** Who writes which letter. */
export const letters: Record<MailKind, Writer> = {
  invite: writeInviteLetter,
  reset: writeResetLetter,
  notice: writeNoticeLetter,
  magic: writeMagicLetter,
  paused: writePausedLetter,
};
