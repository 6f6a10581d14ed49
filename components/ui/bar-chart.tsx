import { Disclosure } from './disclosure.tsx';

export interface BarChartDay {
  /** `2026-11-22` */
  day: string;
  value: number;
  /** Drawn on top in red, such as what was refused. */
  bad: number;
}

interface BarChartProps {
  days: readonly BarChartDay[];
  /** What is drawn, in one sentence. */
  label: string;
  valueWord: string;
  badWord: string;
}

const height = 120;
const step = 10;
const barWidth = 7;
const number = new Intl.NumberFormat('en-GB');
const shortDay = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', timeZone: 'UTC' });
const dayWords = (day: string) => shortDay.format(new Date(day));

/** A bar for each day over a scale of round numbers, and the same as a table for whoever reads rather than looks. */
export function BarChart({ days, label, valueWord, badWord }: BarChartProps) {
  const top = roundTop(Math.max(1, ...days.map(({ value, bad }) => value + bad)));
  const marks = [days[0], days[Math.floor(days.length / 2)], days.at(-1)].flatMap((one) => one ?? []);
  return (
    <figure>
      <div className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-3">
        <div
          aria-hidden
          className="-my-2 flex flex-col justify-between text-right text-xs text-faint tabular-nums"
        >
          {[top, top / 2, 0].map((mark) => (
            <span key={mark}>{number.format(mark)}</span>
          ))}
        </div>
        <Bars days={days} top={top} label={label} />
        <div aria-hidden className="col-start-2 mt-2 flex justify-between text-xs text-faint">
          {marks.map(({ day }, index) => (
            <span key={day}>{index === 2 ? 'Today' : dayWords(day)}</span>
          ))}
        </div>
      </div>
      <Disclosure label="As a table">
        <BarTable days={days} label={label} valueWord={valueWord} badWord={badWord} />
      </Disclosure>
    </figure>
  );
}

function Bars({ days, top, label }: { days: readonly BarChartDay[]; top: number; label: string }) {
  const width = days.length * step;
  const size = (value: number) => (value === 0 ? 0 : Math.max(1.5, (value / top) * height));
  return (
    <svg
      role="img"
      aria-label={label}
      viewBox={`0 0 ${width} ${height}`}
      preserveAspectRatio="none"
      className="h-30 w-full overflow-visible"
    >
      {[0, 0.5, 1].map((part) => (
        <line
          key={part}
          x1={0}
          x2={width}
          y1={part * height}
          y2={part * height}
          vectorEffect="non-scaling-stroke"
          className="stroke-line"
        />
      ))}
      {days.map(({ day, value, bad }, index) => {
        const x = index * step + (step - barWidth) / 2;
        const [good, worse] = [size(value), size(bad)];
        return (
          <g key={day}>
            <title>{`${dayWords(day)}: ${number.format(value)}${bad > 0 ? `, ${number.format(bad)} refused` : ''}`}</title>
            <rect x={index * step} y={0} width={step} height={height} className="fill-transparent" />
            <rect x={x} y={height - good} width={barWidth} height={good} className="fill-accent" />
            <rect
              x={x}
              y={height - good - worse}
              width={barWidth}
              height={worse}
              className="fill-danger-solid"
            />
          </g>
        );
      })}
    </svg>
  );
}

function BarTable({ days, label, valueWord, badWord }: BarChartProps) {
  return (
    <table className="w-full max-w-96 text-sm tabular-nums">
      <caption className="sr-only">{label}</caption>
      <thead>
        <tr className="text-left text-muted">
          <th className="py-1 font-medium">Day</th>
          <th className="py-1 text-right font-medium">{valueWord}</th>
          <th className="py-1 text-right font-medium">{badWord}</th>
        </tr>
      </thead>
      <tbody>
        {days.toReversed().map(({ day, value, bad }) => (
          <tr key={day} className="border-t border-line">
            <th className="py-1 text-left font-normal">{dayWords(day)}</th>
            <td className="py-1 text-right">{number.format(value)}</td>
            <td className="py-1 text-right">{number.format(bad)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** The next number that is round and can be halved. */
function roundTop(highest: number): number {
  const power = 10 ** Math.floor(Math.log10(highest));
  const round = [1, 2, 4, 6, 8, 10].find((times) => times * power >= highest) ?? 10;
  return Math.max(2, round * power);
}
