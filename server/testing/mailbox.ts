import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import PostalMime, { type Email } from 'postal-mime';
import { SMTPServer } from 'smtp-server';

/** A real SMTP server that keeps what it is given. */
export interface Mailbox extends AsyncDisposable {
  /** What a server needs to send its mail here. */
  settings: { KEYWARD_SMTP_URL: string };
  mails: Email[];
  /** While true, no mail is taken. */
  refuses: boolean;
}

/** `port`: left out, any that is free. */
export async function openMailbox(port = 0): Promise<Mailbox> {
  const mails: Email[] = [];
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onMailFrom: (_, __, answer) => answer(box.refuses ? new Error('not now') : null),
    onData(stream, _, answer) {
      buffer(stream)
        .then((raw) => PostalMime.parse(raw))
        .then(
          (mail) => {
            mails.push(mail);
            answer();
          },
          (error: Error) => answer(error),
        );
    },
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', () => resolve()));
  const at = (server.server.address() as AddressInfo).port;
  const box: Mailbox = {
    settings: { KEYWARD_SMTP_URL: `smtp://127.0.0.1:${at}` },
    mails,
    refuses: false,
    [Symbol.asyncDispose]: () => new Promise((resolve) => server.close(() => resolve())),
  };
  return box;
}
