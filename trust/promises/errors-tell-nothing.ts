import { root } from '#scripts/workplace.mjs';
import type { Answer } from '#server/testing/caller.ts';
import type { Person } from '#server/testing/person.ts';
import { everyChange, everyRead, type KnownCall } from '#trust/every-call.ts';
import { inTurns } from '#trust/in-turns.ts';
import type { TrustPromise } from '#trust/promise.ts';
import { wrongHeaders } from '#trust/sent-headers.ts';
import type { Stage } from '#trust/stage.ts';

/** Stands in everything that is sent, and so in every parameter of every statement that comes of it. */
const needle = 'needleQ7';
const marked: Record<string, string> = {
  name: needle,
  reason: needle,
  label: needle,
  search: needle,
  text: needle,
  host: needle,
  code: needle,
  email: `${needle.toLowerCase()}@example.com`,
  password: `${needle} long phrase nobody else uses`,
  newPassword: `${needle} long phrase nobody else uses`,
};

/** What is no caller's business: statements, names of the database, stacks, paths, versions, and what was sent. */
const telling = new RegExp(
  [
    String.raw`\b(select|insert into|update "|delete from|returning)\b`,
    String.raw`\b(column|relation|constraint|violates|syntax error|permission denied for)\b`,
    String.raw`\bat \S+ \(|:\d+:\d+\b|node:|node_modules|drizzle|postgres|"stack"`,
    String.raw`\.(ts|mjs|js|sql)\b`,
    root.replaceAll('/', String.raw`\/`),
    process.version.replaceAll('.', String.raw`\.`),
    needle,
  ].join('|'),
  'i',
);
/** Of these the log may say more than an answer, but neither what was asked of the database nor with what. */
const tellingInLog = new RegExp(
  String.raw`${needle}|\b(select|insert into|update "|delete from)\b|Failing row`,
  'i',
);

/** Ways in which a database stops doing what is asked of it, with ever less of it left; each with all that was sent in what it says. */
const faults = [
  // What it says of it holds the whole row.
  `alter table %I add constraint broken check (false) not valid`,
  `revoke insert, update, delete on %I from keyward_app`,
  `revoke all on %I from keyward_app`,
];

async function breakTables({ sql }: Stage, fault: string): Promise<void> {
  const tables = await sql<{ name: string }>(
    `select relname as name from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')
     and relname <> 'schema_migrations'`,
  );
  for (const { name } of tables) await sql(fault.replace('%I', `"${name}"`));
}

function mark(call: KnownCall): KnownCall {
  const fields = Object.entries(call.fields).map(([name, value]) => [
    name,
    typeof value === 'string' ? (marked[name] ?? value) : value,
  ]);
  return { ...call, fields: Object.fromEntries(fields) as KnownCall['fields'] };
}

const form = 'application/x-www-form-urlencoded';

async function askAll(admin: Person, calls: KnownCall[]): Promise<Answer[]> {
  return inTurns(calls, ({ method, path, fields, isForm }) => {
    if (method === 'GET') return admin.send(`GET ${path}`);
    const text = new URLSearchParams(fields as Record<string, string>).toString();
    return admin.send(
      `${method} ${path}`,
      isForm ? { text, headers: { 'Content-Type': form } } : { body: fields },
    );
  });
}

/** What is wrong with the request itself, with the needle where it is. */
const misshapen = (path: string): KnownCall[] =>
  [{ [needle]: 1 }, { name: { [needle]: needle } }, { id: `${needle}'--` }].map((fields) => ({
    name: path,
    method: 'POST',
    path,
    fields,
  }));

export const promise: TrustPromise = {
  id: 'S14',
  name: 'no error tells a statement, a stack, a path, a version or a parameter, and no log what was asked of the database',
  threshold: '0 errors, 0 lines',
  isFast: true,
  ownStage: true,
  settings: { KEYWARD_LOG_LEVEL: 'debug' },
  async check(stage) {
    const { ada, servers } = stage;
    const { credential } = await ada.createToken({ name: 'laptop' });
    const { id: users } = await stage.join('member');
    const ids = { tokens: credential.id, adminTokens: credential.id, users };
    const changes = everyChange(ids)
      .map(mark)
      .filter(({ name }) => name !== 'sessions.logout');
    const calls = [...changes, ...everyRead(ids).map(mark)];
    const answers = await askAll(ada, changes.flatMap(({ path }) => misshapen(path)).slice(0, 60));
    for (const fault of faults) {
      await breakTables(stage, fault);
      answers.push(...(await askAll(ada, calls)));
    }
    const errors = answers.filter(({ status }) => status >= 400);
    const ours = errors.filter(({ status }) => status >= 500);
    const wrong = errors.filter(
      ({ text, headers }) => telling.test(withoutNames(text)) || wrongHeaders(headers, false).length > 0,
    );
    const log = servers.flatMap((server) => server.printed().split('\n'));
    const lines = log.filter((line) => tellingInLog.test(line));
    const first = wrong[0] ? ` (${wrong[0].text.slice(0, 300)})` : '';
    return {
      measured: `${wrong.length} of ${errors.length} errors, ${ours.length} of them faults of ours${first}; ${lines.length} of ${log.length} lines${lines[0] ? ` (${lines[0].slice(0, 300)})` : ''}`,
      holds: wrong.length === 0 && lines.length === 0 && ours.length > 150,
    };
  },
  control: [
    {
      without: 'telling nothing of a fault of ours',
      replaced: ['faults-are-told'],
    },
    {
      without: 'a description of what the database says in place of it',
      replaced: ['errors-are-logged-whole'],
    },
  ],
};

/** A field that nobody knows is named, so that whoever misspelt it finds it; and tRPC names its procedure. */
function withoutNames(text: string): string {
  return text.replace(/"(path|detail|message)":"[^"]*"/g, (pair) =>
    /Unknown field|^"path"/.test(pair) ? '' : pair,
  );
}
