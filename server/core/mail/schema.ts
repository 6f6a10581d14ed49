/** Every kind of letter there is; each has a writer in the domain it is about. */
export type MailKind = 'invite' | 'reset' | 'magic' | 'paused' | 'notice';

/** What waits to be written and sent: whom it concerns, never a text or a code, since a job lies in the database. */
export interface MailJob {
  kind: MailKind;
  tenantId: string;
  userId: string;
  /** What else the writer needs: ids, kinds, paths. */
  about?: Record<string, string>;
}

export interface Letter {
  /** An e-mail address. */
  to: string;
  subject: string;
  /** A paragraph each, plain text. */
  lines: string[];
  action?: { label: string; url: string };
  /** Paragraphs after the action, in small print. */
  after?: string[];
}
