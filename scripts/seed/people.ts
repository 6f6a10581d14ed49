import type { users } from '#db/schema/people.ts';
import type { Role } from '#server/core/access/schema.ts';
import { before, dayMs, type Dice, seedId } from './dice.ts';
import { firstNames, lastNames, leaveReasons } from './names.ts';

export type UserRow = typeof users.$inferInsert;

export interface Person extends UserRow {
  /** Invited and not come yet. */
  isInvited: boolean;
  createdBy: Person | undefined;
  /** How much they do, from 0 to 1. */
  zeal: number;
}

export const places = [
  { slug: 'default', name: 'Halden Robotics', domain: 'example.com', people: 140, admins: 5 },
  { slug: 'pier-nine', name: 'Pier Nine Freight', domain: 'example.org', people: 45, admins: 3 },
  { slug: 'oakwell', name: 'Oakwell Clinics', domain: 'example.net', people: 15, admins: 2 },
] as const;

/** One of each role in the first tenant, whom everybody may sign in as. The first is the first admin. */
export const known = [
  { role: 'admin', name: 'Amara Osei' },
  { role: 'manager', name: 'Mateo Lindqvist' },
  { role: 'member', name: 'Priya Iyer' },
  { role: 'viewer', name: 'Tomasz Kowalczyk' },
] as const satisfies readonly { role: Role; name: string }[];

export const knownEmail = (role: Role) => `${role}@${places[0].domain}`;

/** They have something of everything. */
export const isKnown = ({ email }: Person) => known.some(({ role }) => email === knownEmail(role));

const oldestDays = 420;

/** The people of a tenant, its first admin first; the hash is of the one password that all of them have. */
export function makePeople(
  dice: Dice,
  { place, tenantId, first }: { place: (typeof places)[number]; tenantId: string; first: number },
  { at, passwordHash }: { at: Date; passwordHash: string },
): Person[] {
  const taken = new Set<string>();
  const people: Person[] = [];
  for (let index = 0; index < place.people; index++) {
    const familiar = place.slug === 'default' ? known[index] : undefined;
    const name = familiar?.name ?? newName(dice, taken);
    taken.add(name);
    const isInvited = !familiar && index > place.people - 4;
    const createdAt = before(at, isInvited ? dice.fraction() * 2 : ageInDays(dice, index, familiar));
    const person: Person = {
      id: seedId('user', first + index),
      tenantId,
      email: familiar ? knownEmail(familiar.role) : `${mailbox(name)}@${place.domain}`,
      name,
      role: familiar?.role ?? roleOf(dice, index, place.admins),
      platformAdmin: familiar?.role === 'admin',
      passwordHash: isInvited ? null : passwordHash,
      createdAt,
      isInvited,
      createdBy: index === 0 ? undefined : adminAt(dice, people, createdAt),
      zeal: familiar ? 0.9 : dice.fraction() ** 1.6,
    };
    if (!familiar && !isInvited && index >= place.admins) endSome(dice, person, people, at);
    people.push(person);
  }
  return people;
}

/** The first admin has been there all along, the others came over time. */
function ageInDays(dice: Dice, index: number, familiar: { role: Role } | undefined): number {
  if (index === 0) return oldestDays + 5;
  return familiar ? oldestDays - 20 * index : 1 + dice.fraction() ** 0.7 * (oldestDays - 1);
}

function roleOf(dice: Dice, index: number, admins: number): Role {
  if (index < admins) return 'admin';
  return dice.weigh({ viewer: 14, member: 74, manager: 12 } satisfies Partial<Record<Role, number>>);
}

/** One of the tenant's admins of that time. The first one is never switched off, so there is always one. */
export function adminAt(dice: Dice, people: readonly Person[], time: Date): Person {
  return dice.pick(
    people.filter(({ role, createdAt }) => role === 'admin' && createdAt.getTime() <= time.getTime()),
  );
}

/** Some are switched off, and of those some deleted. */
function endSome(dice: Dice, person: Person, people: Person[], at: Date): void {
  const age = (at.getTime() - person.createdAt.getTime()) / dayMs;
  if (age < 20 || !dice.chance(0.09)) return;
  person.deactivatedAt = before(at, dice.fraction() * (age - 15));
  person.deactivatedBy = adminAt(dice, people, person.deactivatedAt).id;
  person.deactivateReason = dice.pick(leaveReasons);
  if (dice.chance(0.25)) person.deletedAt = new Date(person.deactivatedAt.getTime() + dayMs / 20);
}

function newName(dice: Dice, taken: Set<string>): string {
  for (;;) {
    const name = `${dice.pick(firstNames)} ${dice.pick(lastNames)}`;
    if (!taken.has(name)) return name;
  }
}

/** `Céline Van den Berg` → `celine.vandenberg`. */
function mailbox(name: string): string {
  const [first = '', ...rest] = name.split(' ');
  const plain = (text: string) =>
    text
      .normalize('NFD')
      .replace(/[^A-Za-z-]/g, '')
      .toLowerCase();
  return `${plain(first)}.${plain(rest.join(''))}`;
}
