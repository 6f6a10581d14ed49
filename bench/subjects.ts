import type { Load, Measured } from './wrk.ts';

/** What is measured, and against what. */
export interface Subject {
  name: string;
  says: string;
  load: Load;
  /** How much processor the server has used so far, in microseconds. */
  cpu: () => number | null;
}

export interface Result {
  name: string;
  says: string;
  perSecond: number;
  p50Ms: number;
  p99Ms: number;
  /** Of the server, for each request. */
  cpuMicroseconds: number | null;
  rounds: number[];
}

export interface Round extends Measured {
  cpuMicroseconds: number | null;
}

/** The median of the rounds by their rate; what else is told is of that round. */
export function medianOf({ name, says }: Subject, rounds: Round[]): Result {
  const ordered = rounds.toSorted((a, b) => a.perSecond - b.perSecond);
  const middle = ordered[Math.floor(ordered.length / 2)];
  if (!middle) throw new Error(`${name} was never measured`);
  const { perSecond, p50Ms, p99Ms, cpuMicroseconds } = middle;
  return {
    name,
    says,
    perSecond,
    p50Ms,
    p99Ms,
    cpuMicroseconds,
    rounds: rounds.map((round) => Math.round(round.perSecond)),
  };
}

export interface Bar {
  name: string;
  measured: number;
  threshold: number;
  /** Whether to be at least, or at most, that. */
  better: 'more' | 'less';
  isMet: boolean;
}

export function bar(name: string, measured: number, better: Bar['better'], threshold: number): Bar {
  const isMet = better === 'more' ? measured >= threshold : measured <= threshold;
  return { name, measured, threshold, better, isMet };
}
