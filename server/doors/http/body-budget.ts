import type { Party, Release } from '#db/turns.ts';
import { AppError } from '#server/errors.ts';

const mebibyte = 1_048_576;

/**
 * How many bytes of bodies are held at once: by this server, of strangers together, of one known party, of one address. A
 * quarter is kept for those who hold `little`: a few large senders cannot shut out small calls.
 */
const limits = {
  all: 128 * mebibyte,
  little: mebibyte / 4,
  strangers: 32 * mebibyte,
  known: 32 * mebibyte,
  stranger: 4 * mebibyte,
} as const;

export interface BodyBudget {
  open(holder: Party): BodyHold;
  /** Bytes held at this moment. */
  held(): number;
}

/** What one request holds of the budget, until it gives it back. */
export interface BodyHold {
  /** Takes room for more bytes. Throws `unavailable` where there is none, `rate_limited` where the holder has its share. */
  add(bytes: number): void;
  release: Release;
}

/** The memory that all bodies of this server share. */
export function createBodyBudget(): BodyBudget {
  const heldBy = new Map<string, number>();
  let all = 0;
  let strangers = 0;

  function move(bytes: number, { key, isKnown }: Party): void {
    const own = (heldBy.get(key) ?? 0) + bytes;
    if (own > 0) heldBy.set(key, own);
    else heldBy.delete(key);
    all += bytes;
    if (!isKnown) strangers += bytes;
  }

  function assertRoom(bytes: number, { key, isKnown }: Party): void {
    const own = (heldBy.get(key) ?? 0) + bytes;
    if (own > (isKnown ? limits.known : limits.stranger)) throw ownShare();
    const part = own > limits.little ? 0.75 : 1;
    if (all + bytes > limits.all * part) throw noRoom();
    if (!isKnown && strangers + bytes > limits.strangers * part) throw noRoom();
  }

  return {
    held: () => all,
    open({ key, isKnown }) {
      // As it is known now: a form may say later who sent it.
      const holder = { key, isKnown };
      let held = 0;
      return {
        add(bytes) {
          assertRoom(bytes, holder);
          held += bytes;
          move(bytes, holder);
        },
        release() {
          if (held > 0) move(-held, holder);
          held = 0;
        },
      };
    },
  };
}

const ownShare = () =>
  new AppError('rate_limited', 'You send too much at once. Send fewer large bodies at a time.', {
    retryAfterSeconds: 1,
  });

const noRoom = () =>
  new AppError('unavailable', 'Too much is being sent at this moment. Try again in a few seconds.');
