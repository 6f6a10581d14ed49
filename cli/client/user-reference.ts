import type { Output } from '#cli/terminal/output.ts';
import { ago } from '#cli/terminal/times.ts';
import { canonicalEmail } from '#server/account-schema.ts';
import { cutText, foldText } from '#server/core/access/schema.ts';
import type { UserPageView, UserView } from '#server/people/users/schema.ts';
import { listAll, type Api } from './api.ts';
import { CliError, usage } from './errors.ts';
import { isUuid } from './token-reference.ts';

/**
 * A person by id, by e-mail address, or by a name that nobody else has: an address is one person's, so it counts first.
 * Throws where there is none, and `usage` with the list where there are several.
 */
export async function resolveUser(
  api: Api,
  reference: string,
  out: Output,
): Promise<Pick<UserView, 'id' | 'email' | 'name'>> {
  if (isUuid(reference)) return await api.send<UserView>(`GET /api/v1/users/${reference}`);
  const query = { search: cutText(reference.trim(), 100), limit: 200 };
  const { items } = await listAll<UserPageView>(api, 'GET /api/v1/users', query);
  const byEmail = items.filter(({ email }) => canonicalEmail(email) === canonicalEmail(reference));
  const wanted = foldText(reference.trim());
  const found = byEmail.length > 0 ? byEmail : items.filter(({ name }) => foldText(name) === wanted);
  const [first, ...others] = found;
  if (!first)
    throw new CliError('refused', `There is nobody "${reference}".`, {
      hint: 'Name a person by their e-mail address, id or whole name. See: keyward admin user list',
    });
  if (others.length === 0) return first;
  showUsers(out, found);
  throw usage(
    `"${reference}" could be any of these ${found.length}.`,
    'Name a person by their e-mail address or id.',
  );
}

export function showUsers(out: Output, users: UserView[]): void {
  const now = Date.now();
  const colors = { active: out.paint.green, deactivated: out.paint.yellow, deleted: out.paint.dim };
  out.table(users, [
    { title: 'E-MAIL', value: ({ email }) => email, paint: out.paint.bold, flexible: true },
    { title: 'NAME', value: ({ name }) => name, flexible: true },
    { title: 'ROLE', value: ({ role }) => role },
    { title: 'STATUS', value: statusOf, paint: (text, { status }) => colors[status](text) },
    { title: 'LAST SIGN-IN', value: ({ lastSignInAt }) => ago(lastSignInAt, now) },
  ]);
}

export const statusOf = ({ status, isInvited }: UserView) =>
  status === 'active' && isInvited ? 'invited' : status;
