const dayMilliseconds = 86_400_000;

/** After how many days of 24 hours it is a `yyyy-mm-dd` where we are, also where a clock change lies between; null if it is none. */
export function daysUntil(date: string, now: Date): number | null {
  const parts = /^(\d{4,6})-(\d{2})-(\d{2})$/u.exec(date);
  if (!parts) return null;
  const [year, month, day] = parts.slice(1).map(Number) as [number, number, number];
  const begins = new Date(year, month - 1, day);
  return Math.ceil((begins.getTime() - now.getTime()) / dayMilliseconds);
}

export const daysFrom = (now: Date, days: number) => new Date(now.getTime() + days * dayMilliseconds);

/** `yyyy-mm-dd`, as a date input takes it. */
export function inputDate(at: Date): string {
  const two = (part: number) => String(part).padStart(2, '0');
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
}
