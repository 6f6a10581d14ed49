import { InvalidArgumentError } from 'commander';
import type { Resource, Resources } from '#server/core/access/schema.ts';
import { resourceTypes } from './choices.ts';
import { usage } from './client/errors.ts';

/** `30d`, `90d`: in days. Not null for `never`, which commander would take for no value. */
export type Ttl = number | 'never';

export function readTtl(text: string): Ttl {
  if (text === 'never') return text;
  const days = Number(/^([1-9]\d{0,3})d?$/.exec(text)?.[1]);
  if (days >= 1 && days <= 3_650) return days;
  throw new InvalidArgumentError('Say a number of days up to 3650d, such as 30d, or never.');
}

const graces: Record<string, number> = {
  '0': 0,
  '15m': 900,
  '1h': 3_600,
  '24h': 86_400,
  '1d': 86_400,
  '7d': 604_800,
};

/** In seconds: the choices that the server has. */
export function readGrace(text: string): number {
  const seconds = Object.hasOwn(graces, text) ? graces[text] : undefined;
  if (seconds !== undefined) return seconds;
  throw new InvalidArgumentError('Say 0, 15m, 1h, 24h or 7d.');
}

/** Gathers an option that may be said several times; commas do the same. */
export function collect(text: string, before: string[] = []): string[] {
  return [
    ...before,
    ...text
      .split(',')
      .map((part) => part.trim())
      .filter(Boolean),
  ];
}

/** `flow:nightly`, the only form that a resource has on a command line. */
export function readResource(text: string): Resource {
  const [name = ''] = text.split(':', 1);
  const type = resourceTypes.find((known) => known === name);
  const id = text.slice(name.length + 1);
  if (type && id) return { type, id };
  throw usage(`"${text}" is no resource.`, `Write it as type:id. Types are ${resourceTypes.join(', ')}.`);
}

/** What a key is to reach, by type; `flow:*` for every flow. */
export function readResources(texts: string[]): Partial<Resources> {
  const resources: Partial<Resources> = {};
  for (const { type, id } of texts.map(readResource)) {
    const known = resources[type];
    resources[type] = id === '*' || known === '*' ? '*' : [...(known ?? []), id];
  }
  return resources;
}

export function readLimit(text: string): number {
  const limit = Number(text);
  if (Number.isInteger(limit) && limit >= 1 && limit <= 100_000) return limit;
  throw new InvalidArgumentError('Say a whole number from 1 to 100000.');
}

/** A number of seconds, as milliseconds. */
export function readSeconds(text: string): number {
  const seconds = Number(/^\d{1,4}$/.exec(text)?.[0]);
  if (seconds >= 1) return seconds * 1_000;
  throw new InvalidArgumentError('Say a number of seconds from 1 to 9999.');
}

const ages: Record<string, number> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

const dayForm = /^(\d{4})-(\d\d)-(\d\d)/;
const momentForm = /^T([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,3})?)?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)?$/;

/**
 * A time as ISO 8601: a day or a moment where the reader is (`2026-11-22`, `2026-11-22 09:30`), a moment with its offset
 * (`2026-11-22T09:30:00Z`), or how long ago: `30m`, `24h`, `7d`.
 */
export function readTime(text: string): string {
  const [, count, unit = ''] = /^(\d{1,5})([mhd])$/.exec(text) ?? [];
  const time = count === undefined ? momentOf(text) : Date.now() - Number(count) * (ages[unit] ?? 0);
  if (Number.isFinite(time)) return new Date(time).toISOString();
  throw new InvalidArgumentError('Say a date such as 2026-11-22, or how long ago: 24h, 7d.');
}

/** In milliseconds; NaN for a day that no calendar has. */
function momentOf(text: string): number {
  const [written = '', year, month, day] = dayForm.exec(text) ?? [];
  const midnight = new Date(Number(year), Number(month) - 1, Number(day));
  if (midnight.getMonth() !== Number(month) - 1 || midnight.getFullYear() !== Number(year)) return NaN;
  const rest = text.slice(written.length).replace(/^ /, 'T');
  if (rest === '') return midnight.getTime();
  return momentForm.test(rest) ? Date.parse(written + rest) : NaN;
}
