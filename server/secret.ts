import { hash, timingSafeEqual } from 'node:crypto';
import { inspect } from 'node:util';

/** A string that proves a credential, a session or a code. However it is printed, it prints as `[secret]`. */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  /** The string itself: called where the answer is made, and nowhere else. */
  reveal(): string {
    return this.#value;
  }

  /** SHA-256 of the string, 32 bytes: the only form that is stored. */
  hash(): Buffer {
    return hash('sha256', this.#value, 'buffer');
  }

  toString(): string {
    return '[secret]';
  }

  toJSON(): string {
    return '[secret]';
  }

  [inspect.custom](): string {
    return '[secret]';
  }
}

/** Compares two hashes in constant time. */
export function sameHash(a: Buffer, b: Buffer): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}
