import type { Person } from '#server/testing/person.ts';
import type { Stage } from './stage.ts';

/** Where one call is made ready: a tenant of its own, so that none stands in another’s way. */
export interface TrialTenant {
  stage: Stage;
  admin: Person;
  member: Person;
  /** An address that no one else calls from. */
  from: string;
}

/** Who makes a call; nothing: a stranger. */
export interface Who {
  cookie?: string;
  token?: string;
}

/** A call that is let in and does what it is for. */
export interface GoodCall {
  who: Who;
  input: object;
  /** What it is answered with; left out: 200. */
  status?: number;
}
