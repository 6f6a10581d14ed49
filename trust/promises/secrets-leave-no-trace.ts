import { readdirSync, readFileSync } from 'node:fs';
import { openMailbox } from '#server/testing/mailbox.ts';
import { freePort } from '#server/testing/program.ts';
import { browse } from '#trust/marked-browser.ts';
import { doEverything } from '#trust/marked-run.ts';
import { createMarks, type Marks } from '#trust/marks.ts';
import type { TrustPromise } from '#trust/promise.ts';
import { requestText, sendRaw } from '#trust/send-raw.ts';
import type { Stage } from '#trust/stage.ts';

const smtpPort = await freePort();
const metricsToken = 'walrus-of-the-metrics-lantern';

/** Every row of every table as text, the queue's and the log's among them. */
async function readTables({ sql }: Stage): Promise<string> {
  const tables = await sql<{ name: string }>(
    `select format('%I.%I', schemaname, tablename) as name from pg_tables
     where schemaname not in ('pg_catalog', 'information_schema')`,
  );
  const selects = tables.map(({ name }) => `select row(t)::text as row from ${name} t`);
  const rows = await sql<{ row: string }>(selects.join(' union all '));
  return rows.map(({ row }) => row).join('\n');
}

/** The arguments that every process of this machine was started with, as any other may read them; looked at until it is over. */
function watchArguments(): { seen: Set<string>; stop: () => void } {
  const seen = new Set<string>();
  const look = () => {
    for (const id of readdirSync('/proc').filter((name) => /^\d+$/.test(name)))
      try {
        seen.add(readFileSync(`/proc/${id}/cmdline`, 'utf8'));
      } catch {
        // It has ended.
      }
  };
  const timer = setInterval(look, 100);
  return { seen, stop: () => clearInterval(timer) };
}

/** What looks like the end of a line, a line of the log and a command to a terminal. */
const breaking = '\r\n{"level":30,"forged":true}\n\u001b[2J\u001b]0;forged\u0007\u009b2J\u2028';
const unsendable = /[\r\n\u2028]/g;

/** Puts it into every field that is logged or kept, as it is where that can be sent. */
async function breakLines({ servers: [server], ada }: Stage): Promise<void> {
  const encoded = encodeURIComponent(breaking);
  const inHeader = breaking.replace(unsendable, '');
  const asked = [
    `GET /${encoded} HTTP/1.1`,
    `GET /api/v1/users/${encoded}?${encoded} HTTP/1.1`,
    `GET /${inHeader} HTTP/1.1`,
  ];
  const names = [
    'User-Agent',
    'X-Forwarded-For',
    'Origin',
    'Referer',
    'Authorization',
    'Cookie',
    'X-Request-Id',
  ];
  for (const line of asked) await sendRaw(server.origin, requestText([line, 'Host: localhost']));
  for (const name of names)
    await sendRaw(
      server.origin,
      requestText(['GET /api/v1/me HTTP/1.1', 'Host: localhost', `${name}: x${inHeader}`]),
    );
  for (const [call, body] of [
    ['auth/login', { email: breaking, password: breaking }],
    ['auth/login', { email: ada.email, password: breaking }],
    ['tokens', { name: breaking, [breaking]: breaking }],
    ['users', { name: breaking, email: `${breaking}@example.com`, role: 'viewer' }],
    ['setup-codes/redeem', { code: breaking, host: breaking, os: breaking }],
    ['revoke', { tokens: [breaking] }],
  ] as const)
    await ada.send(`POST /api/v1/${call}`, { body });
  const headers = { 'Content-Type': 'application/x-www-form-urlencoded' };
  const text = new URLSearchParams({ client_id: 'keyward-cli', host: breaking }).toString();
  await ada.send('POST /oauth/device_authorization', { headers, text });
}

/** Lines of a log that are none of its own, or hold what a terminal would obey. */
function strangeLines(log: string): string[] {
  return log.split('\n').filter((line) => {
    // Two lines of these and the empty ones between them are what a server says to whoever started it.
    if (
      /^( *|Keyward is ready at \S+|Its command line: curl -fsSL \S+ \| sh|Nobody can sign in yet\..*| {2}http\S+)$/.test(
        line,
      )
    )
      return false;
    // oxlint-disable-next-line no-control-regex -- they are what is looked for
    return /[\u0000-\u001f\u007f-\u009f]/.test(line) || !isWhole(line);
  });
}

function isWhole(line: string): boolean {
  try {
    return !('forged' in (JSON.parse(line) as object));
  } catch {
    return false;
  }
}

/** Where any of the secrets was found, with how many of them. */
function hitsIn(marks: Marks, places: Record<string, string>): string[] {
  return Object.entries(places).flatMap(([place, text]) => {
    const { length } = marks.foundIn(text);
    return length > 0 ? [`${length} in ${place}`] : [];
  });
}

export const promise: TrustPromise = {
  id: 'S17',
  name: 'no secret is found but where it is shown, and no field breaks a line of the log',
  threshold: '0 found, 0 lines',
  isFast: true,
  needsBuild: true,
  settings: {
    KEYWARD_LOG_LEVEL: 'debug',
    KEYWARD_SMTP_URL: `smtp://127.0.0.1:${smtpPort}`,
    KEYWARD_METRICS_TOKEN: metricsToken,
  },
  async check(stage) {
    const { servers } = stage;
    const marks = createMarks();
    marks.minted(metricsToken);
    await using mailbox = await openMailbox(smtpPort);
    const shown: string[] = [];
    const processes = watchArguments();
    const run = { stage, marks, mailbox, shown };
    const browsed = await browse(run, await doEverything(run));
    await breakLines(stage);
    const scrapes = await Promise.all(
      servers.map((server) => server.send('GET /metrics', { token: metricsToken })),
    );
    processes.stop();
    // What is written behind is written when they stop.
    await Promise.all(servers.map((server) => server.stop('SIGTERM')));
    const log = servers.map((server) => server.printed()).join('\n');
    const hits = hitsIn(marks, {
      logs: log,
      tables: await readTables(stage),
      answers: shown.join('\n'),
      addresses: browsed.addresses.join('\n'),
      pages: browsed.pages.join('\n'),
      metrics: scrapes.map(({ text }) => text).join('\n'),
      arguments: [...processes.seen].join('\n'),
    });
    const strange = strangeLines(log.replaceAll('Stopping …', '').replaceAll('Stopped.', ''));
    return {
      measured: `${hits.join(', ') || 0} of ${marks.size()} secrets, ${strange.length} of ${log.split('\n').length} lines${strange[0] ? ` (${JSON.stringify(strange[0].slice(0, 200))})` : ''}`,
      holds: hits.length === 0 && strange.length === 0 && marks.size() > 20,
    };
  },
  control: [
    {
      without: 'blotting out what has the form of a secret',
      replaced: ['secrets-stay-readable'],
    },
    {
      without: 'a log that is JSON',
      replaced: ['log-lines-break'],
    },
  ],
};
