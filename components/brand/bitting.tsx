interface BittingProps {
  seed: string;
  cuts?: number;
  className?: string;
}

const levels = 5;
const cutWidth = 4;
const gap = 1.5;

/** The cuts of a key's blade, drawn from a public string: the same string always gives the same blade. Decorative. */
export function Bitting({ seed, cuts = 8, className }: BittingProps) {
  const width = cuts * (cutWidth + gap) - gap;
  return (
    <svg
      aria-hidden
      viewBox={`0 0 ${width} 20`}
      preserveAspectRatio="none"
      fill="currentColor"
      className={className}
    >
      {depths(seed, cuts).map((depth, index) => {
        const height = 6 + depth * 3.5;
        return (
          <rect
            // eslint-disable-next-line react/no-array-index-key
            key={index}
            x={index * (cutWidth + gap)}
            y={20 - height}
            width={cutWidth}
            height={height}
            rx={1}
          />
        );
      })}
    </svg>
  );
}

/** One level from 0 to 4 for each cut. A linear congruential generator is plenty: this is a picture, not a proof. */
function depths(seed: string, count: number): number[] {
  let state = 7;
  for (const letter of seed) state = (state * 31 + (letter.codePointAt(0) ?? 0)) % 2_147_483_647;
  return Array.from({ length: count }, () => {
    state = (state * 48_271) % 2_147_483_647;
    return Math.floor((state / 2_147_483_647) * levels);
  });
}
