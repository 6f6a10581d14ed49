import { createTransport } from 'nodemailer';
import type { Config } from '#server/config.ts';
import { renderLetter } from '#server/core/mail/render-letter.ts';
import type { Letter } from '#server/core/mail/schema.ts';

declare module '#server/core/access/context.ts' {
  interface Runtime {
    /** Null where no mail can be sent. */
    mailer: Mailer | null;
  }
}

export interface Mailer {
  /** Hands a letter to the mail server. Throws when it is not taken. */
  deliver(letter: Letter): Promise<void>;
  close(): void;
}

/** Speaks to the configured mail server; null where there is none. */
export function createMailer({ mail, url }: Config): Mailer | null {
  if (!mail) return null;
  const transport = createTransport(
    {
      url: mail.smtpUrl.reveal(),
      connectionTimeout: 5_000,
      greetingTimeout: 5_000,
      socketTimeout: 15_000,
      disableFileAccess: true,
      disableUrlAccess: true,
    },
    { from: mail.from, headers: { 'Auto-Submitted': 'auto-generated' } },
  );
  return {
    async deliver(letter) {
      await transport.sendMail({ to: letter.to, ...renderLetter(letter, url.origin) });
    },
    close: () => transport.close(),
  };
}
