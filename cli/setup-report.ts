import { isHealthy, runChecks, type Check } from './checks.ts';
import type { Context } from './context.ts';
import { installedSkills } from './skills.ts';
import { version } from './version.ts';

/**
 * Tells the page of a setup code how it went here; only where the token in use came from one. Checks, where that was not just
 * done. A page that is gone is no fault.
 */
export async function sendSetupReport(context: Context, checked?: Check[]): Promise<void> {
  try {
    const { profile } = context.access();
    if (profile?.source !== 'setup' || profile.token === undefined) return;
    const healthy = isHealthy(checked ?? (await runChecks(context)));
    const body = { version, healthy, skills: installedSkills() };
    await context.apiWith(profile.token).send('POST /api/v1/setup-codes/report', { body });
  } catch (error) {
    context.out.trace(`the page was not told: ${(error as Error).message}`);
  }
}
