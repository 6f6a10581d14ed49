const plain = (count: number) => count.toLocaleString('en-GB');

/** "Used 312 times in the last 30 days, 12 times today" */
export function dailyUseWords(useByDay: readonly number[]): string {
  const total = useByDay.reduce((sum, count) => sum + count, 0);
  if (total === 0) return 'Not used in the last 30 days';
  return `Used ${timesWords(total)} in the last 30 days, ${timesWords(useByDay.at(-1) ?? 0)} today`;
}

/** "once", "3 times" */
export function timesWords(count: number): string {
  if (count === 0) return 'not';
  return count === 1 ? 'once' : `${plain(count)} times`;
}
