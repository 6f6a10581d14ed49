import type { Runtime } from '#server/access/context.ts';
import { writeMagicLetter } from '#server/magic/write-magic.ts';
import type { Letter, MailJob, MailKind } from '#server/mail/schema.ts';
import { writeNoticeLetter } from '#server/notices/write-notice.ts';
import { writeInviteLetter, writeResetLetter } from '#server/users/write-links.ts';
import { writePausedLetter } from '#server/users/write-paused.ts';

/** Writes a letter from what is true when it is sent; null when it is no longer wanted. */
type Writer = (runtime: Runtime, job: MailJob) => Promise<Letter | null>;

/** Who writes which letter. */
export const letters: Partial<Record<MailKind, Writer>> = {
  invite: writeInviteLetter,
  reset: writeResetLetter,
  notice: writeNoticeLetter,
  magic: writeMagicLetter,
  paused: writePausedLetter,
};
