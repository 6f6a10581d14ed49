import { AsyncLocalStorage } from 'node:async_hooks';

/** On whose behalf work is done. Who that is may become known while it is done. */
export interface Party {
  key: string;
  /** A person who has signed in, here or before in that browser; otherwise the key is an address, or the block it is in. */
  isKnown: boolean;
}

/** What no request asks for. */
const server: Party = { key: '', isKnown: true };
const parties = new AsyncLocalStorage<Party>();

/** Runs something on behalf of a party, with all that it waits for. */
export function actFor<T>(party: Party, run: () => T): T {
  return parties.run(party, run);
}

/** On whose behalf this runs. */
export function currentParty(): Party {
  return parties.getStore() ?? server;
}

export interface TurnsOptions {
  /** Places in all; left out: without end. */
  size?: number;
  /** Places that one party may hold. */
  perParty: number;
  /** From how many of a party that wait on it is served one at a time; left out: never. */
  crowdedAt?: number;
  /** How many of one party may wait; left out: without end. */
  waitingPerParty?: number;
  /** How long to wait where no one of the party is served. */
  waitMs: number;
  /** How long while they are; left out: `waitMs`. */
  longestMs?: number;
}

/** Gives back what was taken; again does nothing. */
export type Release = () => void;

export interface Take {
  /** How many places; more than a party may hold are as many as it may. Left out: one. */
  places?: number;
  /** Ends the wait; asked for only where there is one. */
  signal?: () => AbortSignal;
}

/** Places that parties share fairly. */
export interface Turns {
  /**
   * Takes places, at once where they are free; otherwise by turns of the parties that wait, and in order within one. Rejects
   * with `TurnRefusedError`.
   */
  take(party: string, take?: Take): Release | Promise<Release>;
  held(): number;
  waiting(): number;
}

/** No place came free in time (it says "timeout", as `pg` does), or too many of the party wait already. */
export class TurnRefusedError extends Error {
  /** Others of the party were served meanwhile: it waits behind itself, and behind nothing that hangs. */
  readonly isOwnDoing: boolean;

  constructor(message: string, isOwnDoing: boolean) {
    super(message);
    this.isOwnDoing = isOwnDoing;
  }
}

interface Line {
  party: string;
  held: number;
  /** How many were served so far. */
  served: number;
  waiting: Waiter[];
}

interface Waiter {
  places: number;
  serve(release: Release): void;
}

export function createTurns(options: TurnsOptions): Turns {
  const { size = Infinity, perParty, crowdedAt = Infinity } = options;
  const { waitingPerParty = Infinity, waitMs, longestMs = waitMs } = options;
  const lines = new Map<string, Line>();
  /** Lines in which somebody waits, the one whose turn is next first. */
  const queue = new Set<Line>();
  let held = 0;

  function lineOf(party: string): Line {
    const known = lines.get(party);
    if (known) return known;
    const line: Line = { party, held: 0, served: 0, waiting: [] };
    lines.set(party, line);
    return line;
  }

  const shareOf = ({ waiting }: Line) => (waiting.length < crowdedAt ? perParty : 1);

  const fits = (line: Line, places: number) => held + places <= size && line.held + places <= shareOf(line);

  function hold(line: Line, places: number): Release {
    held += places;
    line.held += places;
    line.served++;
    let isHeld = true;
    return () => {
      if (!isHeld) return;
      isHeld = false;
      held -= places;
      line.held -= places;
      serveWaiting(line);
      forget(line);
    };
  }

  /** Of places without end others wait for none but those of their own party. */
  function serveWaiting(line: Line): void {
    const next = size === Infinity ? () => (isNext(line) ? line : undefined) : firstInTurn;
    for (let served = next(); served; served = next()) serve(served);
  }

  function isNext(line: Line): boolean {
    const [first] = line.waiting;
    return first !== undefined && fits(line, first.places);
  }

  function firstInTurn(): Line | undefined {
    if (held >= size) return undefined;
    for (const line of queue) if (isNext(line)) return line;
    return undefined;
  }

  function serve(line: Line): void {
    const waiter = line.waiting.shift();
    queue.delete(line);
    if (line.waiting.length > 0) queue.add(line);
    waiter?.serve(hold(line, waiter.places));
  }

  function forget(line: Line): void {
    if (line.waiting.length > 0) return;
    queue.delete(line);
    if (line.held === 0) lines.delete(line.party);
  }

  function wait(line: Line, places: number, signal: AbortSignal | undefined): Promise<Release> {
    const { promise, resolve, reject } = Promise.withResolvers<Release>();
    let looks = Math.round(longestMs / waitMs);
    let served = line.served;
    const leave = (why: string) => {
      line.waiting.splice(line.waiting.indexOf(waiter), 1);
      settle();
      reject(new TurnRefusedError(why, line.served > served));
      // Who stood behind may fit where this one did not.
      serveWaiting(line);
      forget(line);
    };
    const onAbort = () => leave('the wait was ended');
    const timer = setInterval(() => {
      if (line.served === served || --looks <= 0) leave('timeout while waiting for a turn');
      served = line.served;
    }, waitMs).unref();
    const settle = () => {
      clearInterval(timer);
      signal?.removeEventListener('abort', onAbort);
    };
    const serveThis = (release: Release) => {
      settle();
      resolve(release);
    };
    const waiter: Waiter = { places, serve: serveThis };
    signal?.addEventListener('abort', onAbort);
    line.waiting.push(waiter);
    queue.add(line);
    return promise;
  }

  return {
    take(party, { places: wanted = 1, signal } = {}) {
      const line = lineOf(party);
      const places = Math.min(wanted, perParty);
      if (line.waiting.length === 0 && fits(line, places)) return hold(line, places);
      if (line.waiting.length < waitingPerParty) return wait(line, places, signal?.());
      forget(line);
      return Promise.reject(new TurnRefusedError('too many wait already', true));
    },
    held: () => held,
    waiting: () => [...queue].reduce((sum, line) => sum + line.waiting.length, 0),
  };
}
