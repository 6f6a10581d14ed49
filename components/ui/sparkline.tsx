import { cx } from 'class-variance-authority';

interface SparklineProps {
  /** One a bar, oldest first. */
  values: readonly number[];
  /** What it shows, in words. */
  label: string;
  height?: number;
  className?: string;
}

const step = 4;
const barWidth = 3;
const leastBar = 2;

/** Bars without axes, each as high as its value is to the highest. A value of nothing is a dot of the baseline. */
export function Sparkline({ values, label, height = 20, className }: SparklineProps) {
  const highest = Math.max(1, ...values);
  const width = values.length * step - (step - barWidth);
  const bars = values.map((value, index) => ({
    x: index * step,
    size: value === 0 ? 0 : Math.max(leastBar, Math.round((value / highest) * height)),
  }));
  const draw = (some: typeof bars, size: (bar: (typeof bars)[number]) => number) =>
    some.map((bar) => `M${bar.x} ${height}v-${size(bar)}h${barWidth}v${size(bar)}z`).join('');
  return (
    <svg
      role="img"
      aria-label={label}
      viewBox={`0 0 ${width} ${height}`}
      preserveAspectRatio="none"
      fill="currentColor"
      className={cx('block overflow-visible', className)}
    >
      <path
        className="text-line-strong"
        d={draw(
          bars.filter(({ size }) => size === 0),
          () => 1,
        )}
      />
      <path
        d={draw(
          bars.filter(({ size }) => size > 0),
          ({ size }) => size,
        )}
      />
    </svg>
  );
}
