interface KeyCutProps {
  /** A public string, such as a prefix: the same one always gives the same key. */
  seed: string;
  className?: string;
}

const cuts = 7;
const bladeStart = 13;
const cutWidth = 3.5;
const flat = 1.9;

/** A small key whose cuts are worked out from a string, to know a token again by sight. Decorative. */
export function KeyCut({ seed, className }: KeyCutProps) {
  return (
    <svg aria-hidden viewBox="0 0 40 16" fill="currentColor" fillRule="evenodd" className={className}>
      <path d="M6.4.7a1 1 0 0 1 1.2 0l5 3.9c.3.2.4.5.4.8V14a1 1 0 0 1-1 1H2a1 1 0 0 1-1-1V5.4c0-.3.1-.6.4-.8zM7 6.5a2 2 0 1 0 0 4 2 2 0 0 0 0-4z" />
      <path d={blade(seed)} />
    </svg>
  );
}

/** The outline below the spine: flats joined by slopes, as a cutter leaves them. */
function blade(seed: string): string {
  const points = depths(seed).flatMap((depth, index) => {
    const x = bladeStart + 1 + index * cutWidth;
    const y = 13.5 - depth * 1.9;
    return [`${x} ${y}`, `${x + flat} ${y}`];
  });
  return `M${bladeStart - 1} 5H37.5L39.5 8L${points.toReversed().join('L')}L${bladeStart - 1} 13.5Z`;
}

/** A level from 0 to 3 for each cut. A linear congruential generator is plenty: this is a picture, not a proof. */
function depths(seed: string): number[] {
  let state = 7;
  for (const letter of seed) state = (state * 31 + (letter.codePointAt(0) ?? 0)) % 2_147_483_647;
  return Array.from({ length: cuts }, () => {
    state = (state * 48_271) % 2_147_483_647;
    return Math.floor((state / 2_147_483_647) * 4);
  });
}
