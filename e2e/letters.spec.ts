import { mkdirSync, writeFileSync } from 'node:fs';
import type { Email } from 'postal-mime';
import { notifyExpiring } from '#server/oversight/notifications/notify-expiring.ts';
import { openDesk, type Desk } from '#server/testing/desk.ts';
import { openMailbox } from '#server/testing/mailbox.ts';
import { signIn } from '#server/testing/person.ts';
import { pictures, test } from './fixtures.ts';
import { check, views } from './views.ts';

test.describe.configure({ timeout: 120_000 });

const long = 'a name that is as long as the name of a token may ever become';

/** Does what each kind of letter is written for, and takes the letters out of a real mail server. */
async function writeAll(): Promise<Map<string, Email>> {
  await using mailbox = await openMailbox();
  await using desk = await openDesk({
    settings: { ...mailbox.settings, KEYWARD_URL: 'https://desk.example.com' },
  });
  const letters = new Map<string, Email>();
  for (const [name, deed] of Object.entries(deeds)) {
    mailbox.mails.length = 0;
    await deed(desk);
    await desk.settle();
    await desk.runJobs();
    const [letter] = mailbox.mails;
    if (!letter) throw new Error(`no letter came: ${name}`);
    letters.set(name, letter);
  }
  return letters;
}

const deeds: Record<string, (desk: Desk) => Promise<unknown>> = {
  invite: ({ ada }) =>
    ada.send('POST /api/v1/users', {
      body: { name: 'Grace Hopper', email: 'grace@example.com', role: 'member' },
    }),
  async reset(desk) {
    const [grace] = await desk.sql<{ id: string }>("select id from users where name = 'Grace Hopper'");
    await desk.ada.send(`POST /api/v1/users/${grace?.id}/reset-password`, { body: {} });
  },
  magic: ({ send, ada }) => send('POST /api/v1/auth/magic', { body: { email: ada.email } }),
  async paused({ send, ada }) {
    const body = { email: ada.email, password: 'not this one' };
    for (let tries = 0; tries < 10; tries++) await send('POST /api/v1/auth/login', { body });
  },
  'notice-expires': async (desk) => {
    const { token } = await desk.ada.createToken({ name: 'ci', expiresInDays: 15 });
    await desk.send('GET /api/v1/me', { token });
    await desk.settle();
    desk.clock.advance({ days: 9 });
    await notifyExpiring(desk.runtime);
  },
  'notice-expired-in-use': async (desk) => {
    const ada = await signIn(desk, desk.ada.email, desk.ada.password);
    const { token } = await ada.createToken({ name: 'jenkins (old)', expiresInDays: 1 });
    desk.clock.advance({ days: 1 });
    await desk.send('GET /api/v1/me', { token });
  },
  'notice-reuse': async (desk) => {
    const ada = await signIn(desk, desk.ada.email, desk.ada.password);
    const { token, credential } = await ada.createToken({ name: long });
    await ada.send(`POST /api/v1/tokens/${credential.id}/rotate`, { body: { graceSeconds: 0 } });
    // Until then it is a straggler, not a thief.
    desk.clock.advance({ seconds: 31 });
    await desk.send('GET /api/v1/me', { token });
  },
  'notice-exposed': async (desk) => {
    const ada = await signIn(desk, desk.ada.email, desk.ada.password);
    const { token } = await ada.createToken({ name: 'release pipeline' });
    await desk.send(`GET /api/v1/me?token=${token}`);
  },
  'notice-revoked-by-holder': async (desk) => {
    const ada = await signIn(desk, desk.ada.email, desk.ada.password);
    const { token } = await ada.createToken({ name: 'cursor on desktop' });
    await desk.send('POST /api/v1/revoke', { body: { tokens: [token] } });
  },
};

test('a letter of each kind can be read: light, dark, narrow, and as text', async ({ page }) => {
  const letters = await writeAll();
  mkdirSync(pictures, { recursive: true });
  for (const [name, { subject = '', text = '', html = '' }] of letters) {
    writeFileSync(`${pictures}letter-${name}.txt`, `${subject}\n\n${text}`);
    await page.setContent(html);
    for (const { view, width } of views) {
      await page.setViewportSize({ width: Math.min(width, 700), height: 640 });
      await check(page, `letter-${name}-${view}`);
    }
  }
});
