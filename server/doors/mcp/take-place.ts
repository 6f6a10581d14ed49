import { TurnRefusedError, type Turns } from '#db/turns.ts';
import type { Exchange } from '#server/doors/http/exchange.ts';
import { AppError } from '#server/errors.ts';

/** Takes a place for as long as an exchange lasts. Throws `rate_limited`. */
export async function takePlace(
  { held }: Pick<Exchange, 'held'>,
  places: Turns,
  { party, refusal }: { party: string; refusal: string },
): Promise<void> {
  try {
    held.push(await places.take(party));
  } catch (error) {
    if (!(error instanceof TurnRefusedError)) throw error;
    throw new AppError('rate_limited', refusal, { retryAfterSeconds: 1 });
  }
}
