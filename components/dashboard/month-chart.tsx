'use client';
import { BarChart } from '#components/ui/bar-chart.tsx';
import type { OwnUseView } from '#server/credentials/tokens/schema.ts';

const number = new Intl.NumberFormat('en-GB');

export function MonthChart({ days }: OwnUseView) {
  const total = days.reduce((sum, { count }) => sum + count, 0);
  const refused = days.reduce((sum, { refused }) => sum + refused, 0);
  const words = `${number.format(total)} ${total === 1 ? 'call' : 'calls'} in the last 30 days`;
  return (
    <>
      <p className="mb-5 flex flex-wrap items-baseline gap-x-3">
        <span className="text-xl font-semibold tabular-nums">{number.format(total)}</span>
        <span className="text-sm text-muted">{total === 1 ? 'call' : 'calls'} by all of your tokens</span>
        {refused > 0 && <span className="text-sm text-danger">{number.format(refused)} refused</span>}
      </p>
      <BarChart
        days={days.map(({ day, count, refused }) => ({ day, value: count, bad: refused }))}
        label={refused > 0 ? `${words}, ${number.format(refused)} refused` : words}
        valueWord="Calls"
        badWord="Refused"
      />
    </>
  );
}
