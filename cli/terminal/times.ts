import { plural } from './text.ts';

const second = 1_000;
const units: [name: string, milliseconds: number][] = [
  ['year', 365 * 86_400 * second],
  ['month', 30 * 86_400 * second],
  ['day', 86_400 * second],
  ['hour', 3_600 * second],
  ['minute', 60 * second],
];
const two = (number: number) => String(number).padStart(2, '0');

/** The day where the reader is: `2027-02-19`. */
export function dayOf(time: string): string {
  const at = new Date(time);
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
}

/** The day and time where the reader is: `2027-02-19 09:30:05`. */
export function momentOf(time: string): string {
  const at = new Date(time);
  return `${dayOf(time)} ${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
}

/** `90 days`, `3 hours`, `less than a minute`: in the largest unit that is there at least once, and in days up to 100. */
export function spanOf(milliseconds: number): string {
  const length = Math.abs(milliseconds);
  const days = Math.round(length / (86_400 * second));
  if (days >= 2 && days <= 100) return plural(days, 'day');
  for (const [name, size] of units) {
    if (length >= size) return plural(Math.round(length / size), name);
  }
  return 'less than a minute';
}

export function ago(time: string | null, now: number): string {
  if (time === null) return 'never';
  const since = now - Date.parse(time);
  return since < 60 * second ? 'just now' : `${spanOf(since)} ago`;
}

/** `in 90 days`, `3 days ago`, or `never` for what does not end. */
export function until(time: string | null, now: number): string {
  if (time === null) return 'never';
  const left = Date.parse(time) - now;
  return left > 0 ? `in ${spanOf(left)}` : `${spanOf(left)} ago`;
}

/** The time where the reader is, with its day unless that is today: `09:30`. */
function clockOf(time: string, now: number): string {
  const at = new Date(time);
  const clock = `${two(at.getHours())}:${two(at.getMinutes())}`;
  const day = dayOf(time);
  return day === dayOf(new Date(now).toISOString()) ? clock : `${day} ${clock}`;
}

interface Ending {
  expiresAt: string | null;
  /** A rotation replaced the secret. */
  isReplaced?: boolean;
}

/** `valid until 2027-02-19 (90 days)`; in a grace period `rotated: this secret works until 09:30`. */
export function validity({ expiresAt, isReplaced = false }: Ending, now: number): string {
  if (expiresAt === null) return 'valid, never expires';
  if (isReplaced) return `rotated: this secret works until ${clockOf(expiresAt, now)}`;
  const left = Date.parse(expiresAt) - now;
  if (left <= 0) return `expired on ${dayOf(expiresAt)} (${spanOf(left)} ago)`;
  return `valid until ${dayOf(expiresAt)} (${spanOf(left)})`;
}
