import type { AuditAction } from '#server/core/audit/actions.ts';
import type { ErrorCode } from '#server/errors.ts';

const second = 1_000;
const minute = 60 * second;

export interface Limit {
  /** So many tries in the window, then a pause. */
  tries: number;
  windowMs: number;
  /** The first pause, the second …; the last one for all that follow. */
  pausesMs: readonly number[];
  /** After a pause all tries are there again; otherwise, until the window ends, one at a time. */
  renews: boolean;
}

const person = {
  tries: 10,
  windowMs: 15 * minute,
  pausesMs: [15 * minute, 30 * minute, 60 * minute],
  renews: true,
};
/** An office or a mobile network sits behind one address, so it gets more, and then is slowed rather than shut out. */
const place = {
  windowMs: 15 * minute,
  pausesMs: [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900].map((seconds) => seconds * second),
  renews: false,
};

export const limits = {
  account: person,
  device: person,
  /** All known browsers of an account together: who once knew its password may have many. */
  devices: { ...person, tries: 30 },
  confirm: person,
  /** All sessions of a person together. */
  confirms: { ...person, tries: 30 },
  /** Of one person, at the codes that machines show. */
  guesses: person,
  /** Machines that want to be let in, by where they are. */
  asks: { ...place, tries: 30 },
  mailbox: { ...person, tries: 3 },
  address: { ...place, tries: 50 },
  /** Letters asked for, by address: an office may ask for many, whoever sprays a list of addresses is slowed. */
  letters: { ...place, tries: 200 },
} as const satisfies Record<string, Limit>;
export type Subject = keyof typeof limits;

const originSubjects = ['address', 'letters', 'asks'] as const satisfies Subject[];
export type OriginSubject = (typeof originSubjects)[number];

/** Whether attempts are counted by IP address. */
export const isByOrigin = (subject: Subject): subject is OriginSubject =>
  originSubjects.some((one) => one === subject);

export interface Policy {
  /** What an attempt is counted by, in this order. */
  counts: readonly Subject[];
  /** A paused attempt must be answered like any other, so the caller decides. Left out: it is refused. */
  isSilent?: true;
  /** The only error that counts as a failed attempt. */
  failure?: ErrorCode;
  /** The audit action of each failed attempt. */
  audits?: AuditAction;
}

/** Everything that can be guessed, and what its attempts are counted by. */
export const policies = {
  /** A password, from a browser that has never signed in to that account. */
  signIn: { counts: ['address', 'account'], isSilent: true },
  /** A password, from a browser that has: attempts by strangers do not pause it. */
  knownSignIn: { counts: ['device', 'devices'], isSilent: true },
  /** The password of a signed-in user, counted by session: the owner of a stolen one signs in again and is not paused. */
  confirm: { counts: ['confirm', 'confirms'] },
  /** A magic link, for an email that may or may not belong to a user. */
  magicLink: { counts: ['letters', 'mailbox'], isSilent: true },
  /** A long code: an invite, a reset link, a setup code. */
  code: { counts: ['address'], failure: 'code_invalid', audits: 'auth.code_refused' },
  /** The short code that a device shows, typed by a signed-in user. */
  userCode: { counts: ['address', 'guesses'], failure: 'code_invalid', audits: 'auth.code_refused' },
  /** The start of a device sign-in. */
  deviceSignIn: { counts: ['asks'] },
  /** The callback of an OpenID Connect sign-in. */
  sso: { counts: ['address'], failure: 'oidc_failed' },
} as const satisfies Record<string, Policy>;
export type PolicyName = keyof typeof policies;
