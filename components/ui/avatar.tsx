/** The initials of a name in a circle; it repeats what stands beside it, so assistive technology skips it. */
export function Avatar({ name, large = false }: { name: string; large?: boolean }) {
  const words = name.trim().split(/\s+/u);
  const initials = [words[0], words.length > 1 ? words.at(-1) : '']
    .map((word) => Array.from(word ?? '')[0] ?? '')
    .join('');
  return (
    <span
      aria-hidden
      className={`grid shrink-0 place-items-center rounded-full bg-accent-soft font-semibold text-accent-ink uppercase ${large ? 'size-9 text-sm' : 'size-7 text-xs'}`}
    >
      {initials}
    </span>
  );
}
