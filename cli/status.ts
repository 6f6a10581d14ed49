import type { MeView } from '#server/core/sessions/schema.ts';
import { createApi } from './client/api.ts';
import type { Profile } from './client/config.ts';
import { CliError } from './client/errors.ts';
import { fetchIdentity } from './client/sign-in.ts';
import type { Context } from './context.ts';
import { validity } from './terminal/times.ts';

interface ProfileStatus {
  profile: string;
  isCurrent: boolean;
  server: string;
  email: string | null;
  role: string | null;
  state: 'works' | 'refused' | 'unreachable' | 'no token';
  detail: string;
  expiresAt: string | null;
}

/** Every profile, and whether its token works. Throws `signedOut` where the current one’s does not. */
export async function listStatus(context: Context): Promise<void> {
  const { out } = context;
  const { profiles } = context.file().config;
  const current = context.access().profileName;
  const rows = await Promise.all(
    Object.entries(profiles).map(([name, profile]) =>
      checkProfile(context, { name, profile, isCurrent: name === current }),
    ),
  );
  if (out.json) out.printJson(rows);
  else if (rows.length > 0) showRows(context, rows);
  const working = rows.find(({ isCurrent }) => isCurrent);
  if (process.env['KEYWARD_TOKEN']) out.warn('KEYWARD_TOKEN is set and goes before these.');
  else if (working?.state === 'unreachable') throw new CliError('unreachable', working.detail);
  else if (working?.state !== 'works')
    throw new CliError(
      'signedOut',
      working ? `The profile "${current}" is not signed in.` : 'You are not signed in.',
      {
        hint: `Sign in: keyward auth login${working ? ` --server ${working.server}` : ''}`,
      },
    );
}

function showRows({ out }: Context, rows: ProfileStatus[]): void {
  const colors = {
    works: out.paint.green,
    refused: out.paint.red,
    unreachable: out.paint.yellow,
    'no token': out.paint.dim,
  };
  out.table(rows, [
    { title: 'PROFILE', value: (row) => `${row.isCurrent ? '* ' : '  '}${row.profile}` },
    { title: 'SERVER', value: (row) => row.server, flexible: true },
    { title: 'WHO', value: (row) => row.email ?? '–', flexible: true },
    { title: 'STATE', value: (row) => row.state, paint: (text, row) => colors[row.state](text) },
    { title: 'DETAIL', value: (row) => row.detail, flexible: true },
  ]);
}

async function checkProfile(
  { out }: Context,
  { name, profile, isCurrent }: { name: string; profile: Profile; isCurrent: boolean },
): Promise<ProfileStatus> {
  const { server, token, email = null, role = null } = profile;
  const known = { profile: name, isCurrent, server, email, role, expiresAt: null };
  if (token === undefined) return { ...known, state: 'no token', detail: 'signed out' };
  try {
    const me: MeView = await fetchIdentity(createApi({ server, token, out }));
    const ending = me.credential ?? { expiresAt: null };
    const { expiresAt } = ending;
    const who = { email: me.user?.email ?? null, role: me.user?.role ?? null };
    return { ...known, ...who, expiresAt, state: 'works', detail: validity(ending, Date.now()) };
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    return {
      ...known,
      state: error.outcome === 'unreachable' ? 'unreachable' : 'refused',
      detail: error.message,
    };
  }
}
