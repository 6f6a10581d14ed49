import { randomBytes } from 'node:crypto';
import type { oneTimeCodes } from '#db/schema/people.ts';
import { dayMs, minuteMs, seedId } from './dice.ts';
import { isKnown, type Person } from './people.ts';

type CodeRow = typeof oneTimeCodes.$inferInsert;

/** The invites of who has not come yet, and two reset links of this morning. None opens anything: their hashes are of nothing. */
export function makeLinks(people: readonly Person[], at: Date): CodeRow[] {
  const invites = people.flatMap(({ isInvited, createdBy, createdAt, ...person }) =>
    isInvited && createdBy ? [linkOf('invite', { person, issuer: createdBy, createdAt })] : [],
  );
  const [admin, ...others] = people.filter(isKnown);
  const resets = others
    .slice(0, 2)
    .flatMap((person, index) =>
      admin
        ? [linkOf('reset', { person, issuer: admin, createdAt: minutesBefore(at, 40 + 95 * index) })]
        : [],
    );
  return [...invites, ...resets].map((link, index) => ({ ...link, id: seedId('code', index + 1) }));
}

function linkOf(
  purpose: 'invite' | 'reset',
  link: { person: Pick<Person, 'id' | 'tenantId'>; issuer: Person; createdAt: Date },
): Omit<CodeRow, 'id'> {
  const { person, issuer, createdAt } = link;
  return {
    tenantId: person.tenantId,
    userId: person.id,
    hash: randomBytes(32),
    purpose,
    createdAt,
    expiresAt: new Date(createdAt.getTime() + dayMs),
    issuedBy: issuer.id,
    // A sign-in that is over by now.
    issuedSessionId: seedId('session', 9_000),
    requiredRole: 'admin',
  };
}

function minutesBefore(at: Date, minutes: number): Date {
  return new Date(at.getTime() - minutes * minuteMs);
}
