/** The mark: a key whose bow is a house. Decorative; whatever it stands in carries the name. */
export function Mark({ className }: { className?: string }) {
  return (
    <svg viewBox="0 0 32 32" aria-hidden className={className}>
      <rect width="32" height="32" rx="8" className="fill-accent" />
      <path
        fill="#fff"
        fillRule="evenodd"
        d="M15 4.9a1.6 1.6 0 0 1 2 0l6.4 5.2c.4.3.6.8.6 1.2V17c0 .9-.7 1.6-1.6 1.6h-4.9v1.7h3c.5 0 .9.4.9.9v1.3c0 .5-.4.9-.9.9h-3v1.3h2c.5 0 .9.4.9.9v1.3c0 .5-.4.9-.9.9h-3.1a1.4 1.4 0 0 1-1.4-1.4v-7.8H9.6A1.6 1.6 0 0 1 8 17v-5.7c0-.4.2-.9.6-1.2zM16 9.8a2.7 2.7 0 1 0 0 5.4 2.7 2.7 0 0 0 0-5.4z"
      />
    </svg>
  );
}

export function Wordmark() {
  return (
    <span className="flex items-center gap-2.5">
      <Mark className="size-6" />
      <span className="text-base font-semibold tracking-tight">Keyward</span>
    </span>
  );
}
