import { createHmac } from 'node:crypto';
import { sameHash } from '#server/secret.ts';

declare module '#server/core/access/context.ts' {
  interface Runtime {
    signer: CookieSigner;
  }
}

/** Makes what only the servers of this installation can make. A purpose keeps what is made for one use out of another. */
export interface CookieSigner {
  /** A keyed hash, 32 bytes: alike for the same text, and telling nothing of it to whoever lacks the key. */
  hash(purpose: string, text: string): Buffer;
  /** A value that a browser may hold but not change, fit for a cookie. It is readable: no secret of ours goes in. */
  sign(purpose: string, value: object): string;
  /** What was signed for that purpose, undefined for anything else. */
  read(purpose: string, text: string): unknown;
}

export function createCookieSigner(key: Buffer): CookieSigner {
  const hash = (purpose: string, text: string) =>
    createHmac('sha256', key).update(`${purpose}\0${text}`).digest();
  return {
    hash,
    sign(purpose, value) {
      const body = Buffer.from(JSON.stringify(value)).toString('base64url');
      return `${body}.${hash(purpose, body).toString('base64url')}`;
    },
    read(purpose, text) {
      const [body = '', mark = ''] = text.split('.', 2);
      if (!sameHash(hash(purpose, body), Buffer.from(mark, 'base64url'))) return undefined;
      return JSON.parse(Buffer.from(body, 'base64url').toString()) as unknown;
    },
  };
}
