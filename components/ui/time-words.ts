const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

const relative = new Intl.RelativeTimeFormat('en-GB', { numeric: 'auto' });
// British English writes "Sept" where every other month has three letters.
const shortMonth = new Intl.DateTimeFormat('en-US', { month: 'short' });
const longDate = new Intl.DateTimeFormat('en-GB', {
  weekday: 'long',
  day: 'numeric',
  month: 'long',
  year: 'numeric',
});
const exact = new Intl.DateTimeFormat('en-GB', {
  day: 'numeric',
  month: 'long',
  year: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  timeZoneName: 'short',
});
const time = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });
const dayAndTime = new Intl.DateTimeFormat('en-GB', {
  weekday: 'short',
  day: 'numeric',
  month: 'short',
  hour: '2-digit',
  minute: '2-digit',
});

/** "just now", "5 minutes ago", "in 62 days": whole units, none larger than days. */
export function relativeWords(at: Date, now: Date): string {
  const distance = at.getTime() - now.getTime();
  const size = Math.abs(distance);
  if (size < minute) return distance > 0 ? 'in less than a minute' : 'just now';
  // What is ahead is rounded: a token made this minute for 90 days does not expire in 89.
  const whole = distance > 0 ? Math.round : Math.trunc;
  if (size < hour) return relative.format(whole(distance / minute), 'minute');
  if (size < 2 * day) return relative.format(whole(distance / hour), 'hour');
  return relative.format(whole(distance / day), 'day');
}

/** The same of what has happened, which is never ahead, whatever this clock and the server's make of it. */
export const agoWords = (at: Date, now: Date) => relativeWords(at < now ? at : now, now);

/** "20 Feb 2027" */
export const dateWords = (at: Date) => `${at.getDate()} ${shortMonth.format(at)} ${at.getFullYear()}`;
/** "Saturday 20 February 2027" */
export const longDateWords = (at: Date) => longDate.format(at);
/** "20 February 2027 at 09:30:12 UTC" */
export const exactWords = (at: Date) => exact.format(at);
/** "14:05" today, "Tue, 24 Nov, 14:05" on another day. */
export const clockWords = (at: Date, now: Date) =>
  (at.toDateString() === now.toDateString() ? time : dayAndTime).format(at);
