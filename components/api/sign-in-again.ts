import type { TRPCLink } from '@trpc/client';
import { observable, type Unsubscribable } from '@trpc/server/observable';
import type { AppRouter } from '#server/doors/trpc/app-router.ts';
import { problemOf } from './problem.ts';

let answer: ((confirmed: boolean) => void) | undefined;
let asked: Promise<boolean> | undefined;
const listeners = new Set<() => void>();

function tell() {
  for (const listener of listeners) listener();
}

/** Asks the person to confirm that it is them; true once they did. Whoever asks meanwhile gets the same answer. */
export function askToSignInAgain(): Promise<boolean> {
  asked ??= new Promise((resolve) => {
    answer = resolve;
    tell();
  });
  return asked;
}

/** For the dialog that asks. */
export const signInAgain = {
  subscribe(listener: () => void) {
    listeners.add(listener);
    return () => void listeners.delete(listener);
  },
  isAsked: () => answer !== undefined,
  answer(confirmed: boolean) {
    answer?.(confirmed);
    answer = asked = undefined;
    tell();
  },
};

/**
 * Where the server wants a recent sign-in, the call waits for the person and is then repeated: whoever made it never
 * hears of it, and nothing on the page is lost.
 */
export const askAgainLink: TRPCLink<AppRouter> =
  () =>
  ({ next, op }) =>
    observable((observer) => {
      let call: Unsubscribable | undefined;
      function run(mayAsk: boolean) {
        call = next(op).subscribe({
          next: (value) => observer.next(value),
          complete: () => observer.complete(),
          error(error) {
            if (mayAsk && problemOf(error).code === 'sign_in_again') void askAndRepeat(error);
            else observer.error(error);
          },
        });
      }
      async function askAndRepeat(error: Parameters<typeof observer.error>[0]) {
        if (await askToSignInAgain()) run(false);
        else observer.error(error);
      }
      run(true);
      return () => call?.unsubscribe();
    });
