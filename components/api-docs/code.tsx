/** Text to read that may be longer than its box: the keyboard can scroll it. */
export function Code({ label, text }: { label: string; text: string }) {
  return (
    <pre
      role="region"
      aria-label={label}
      // What scrolls has to be reachable by keyboard.
      // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
      tabIndex={0}
      className="mt-2 max-h-80 overflow-auto rounded-control border border-line bg-sunken px-3 py-2 font-mono text-xs leading-5 text-ink"
    >
      {text}
    </pre>
  );
}
