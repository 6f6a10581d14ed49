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
