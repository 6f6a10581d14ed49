'use client';
import { useId } from 'react';
import { inputClass } from './field.tsx';

const selectAll = (field: HTMLTextAreaElement | null) => {
  field?.focus();
  field?.select();
};

interface ManualCopyProps {
  text: string;
  /** How many lines are seen at most. */
  rows?: number;
  onCopied?: () => void;
}

/** Where the browser refuses the clipboard: the text, selected, and what to press. */
export function ManualCopy({ text, rows = 6, onCopied }: ManualCopyProps) {
  const id = useId();
  return (
    <div className="grid gap-1.5">
      <label htmlFor={id} className="text-sm text-muted">
        Your browser did not allow copying. It is selected: press Ctrl+C, or ⌘C on a Mac.
      </label>
      <textarea
        id={id}
        ref={selectAll}
        readOnly
        rows={Math.min(rows, text.split('\n').length + 1)}
        value={text}
        spellCheck={false}
        onCopy={onCopied}
        onFocus={(event) => event.target.select()}
        className={`${inputClass} h-auto resize-none py-2 font-mono text-sm break-words`}
      />
    </div>
  );
}
