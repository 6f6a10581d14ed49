import type { Context } from './context.ts';
import { installedSkills } from './skills.ts';
import { version } from './version.ts';

/** Tells the page of a setup code how it went here; only where the token in use came from one. A page that is gone is no fault. */
export async function reportSetup(context: Context, healthy: boolean): Promise<void> {
  const { profile } = context.access();
  if (profile?.source !== 'setup' || profile.token === undefined) return;
  const body = { version, healthy, skills: installedSkills() };
  await context
    .apiWith(profile.token)
    .send('POST /api/v1/setup-codes/report', { body })
    .catch((error: Error) => context.out.trace(`the page was not told: ${error.message}`));
}
