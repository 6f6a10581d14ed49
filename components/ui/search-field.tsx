'use client';
import { Search, X } from 'lucide-react';
import { type KeyboardEvent, useEffect, useRef, useState } from 'react';

const settleMilliseconds = 250;

interface SearchFieldProps {
  label: string;
  value: string;
  onSearch: (value: string) => void;
}

/** Shows what is typed at once and reports it once typing pauses. */
export function SearchField({ label, value, onSearch }: SearchFieldProps) {
  const [draft, setDraft] = useState<string | null>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const input = useRef<HTMLInputElement>(null);
  // What was typed just before leaving must not be reported to the next page.
  useEffect(() => () => clearTimeout(timer.current), []);

  function report(text: string) {
    clearTimeout(timer.current);
    setDraft(null);
    onSearch(text);
  }
  function change(text: string) {
    clearTimeout(timer.current);
    setDraft(text);
    timer.current = setTimeout(() => report(text), settleMilliseconds);
  }
  const text = draft ?? value;

  /** Enter searches, and sends no form around it; Escape clears, and closes no dialog around it while there is text. */
  function answerKey(event: KeyboardEvent) {
    if (event.key === 'Enter') {
      event.preventDefault();
      report(text);
    }
    if (event.key === 'Escape' && text) {
      event.stopPropagation();
      report('');
    }
  }

  return (
    <div className="relative min-w-0 flex-1">
      <Search aria-hidden className="pointer-events-none absolute top-2 left-2.5 size-4 text-faint" />
      <input
        ref={input}
        type="search"
        aria-label={label}
        placeholder={label}
        value={text}
        maxLength={100}
        spellCheck={false}
        autoComplete="off"
        onChange={(event) => change(event.target.value)}
        onKeyDown={answerKey}
        className="h-8 w-full rounded-control border border-line-strong bg-surface pr-8 pl-8 text-ellipsis transition-colors duration-120 hover:border-faint focus-visible:border-accent-ink focus-visible:outline-1 focus-visible:outline-offset-0 [&::-webkit-search-cancel-button]:hidden"
      />
      {text && (
        <button
          type="button"
          aria-label="Clear search"
          onClick={() => {
            report('');
            input.current?.focus();
          }}
          className="absolute top-1 right-1 grid size-6 place-items-center rounded-tag text-faint hover:bg-hover hover:text-ink focus-visible:outline-offset-0"
        >
          <X aria-hidden className="size-4" />
        </button>
      )}
    </div>
  );
}
