import { testCode } from './agents.ts';
import { type Seeded, seedPassword, testCredentials } from './fill.ts';
import { testKey } from './keys.ts';

/** What was made, and what to try things with. */
export function reportSeed(seeded: Seeded | 'there already', seconds: number): string {
  const done =
    seeded === 'there already'
      ? 'The seed is in this database already. Nothing was changed.'
      : `Made ${seeded.people} people in 3 tenants, ${seeded.tokens} tokens, ${seeded.keys} API keys, ${seeded.agents} agents, 3 tool servers, a month of use and ${seeded.events} audit events in ${seconds.toFixed(1)} s.`;
  const lines = testCredentials.map(
    ({ role, email, token }) => `  ${role.padEnd(8)} ${email.padEnd(20)} ${token.reveal()}`,
  );
  lines.push(`  ${'key'.padEnd(8)} ${testKey.name.padEnd(20)} ${testKey.key.reveal()}`);
  lines.push(`  ${'agent'.padEnd(8)} ${'new-runner'.padEnd(20)} ${testCode.reveal()}   (a code, for a day)`);
  return [done, '', `Everyone's password is "${seedPassword}". To try things with:`, '', ...lines, ''].join(
    '\n',
  );
}
