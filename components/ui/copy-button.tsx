'use client';
import { Check, Copy } from 'lucide-react';
import { type ComponentProps, useRef, useState } from 'react';
import { Button } from './button.tsx';

const copiedMilliseconds = 2000;

type CopyButtonProps = Omit<ComponentProps<typeof Button>, 'onClick' | 'children'> & {
  text: string;
  /** What it copies: "Copy token". */
  label: string;
  /** Only the icon is seen. */
  bare?: boolean;
  onCopied?: (() => void) | undefined;
  /** The browser did not allow it (no HTTPS, or refused): show the text to be copied by hand. */
  onRefused: () => void;
};

export function CopyButton({ text, label, bare = false, onCopied, onRefused, ...button }: CopyButtonProps) {
  const [copied, setCopied] = useState(false);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);

  async function copy() {
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      onRefused();
      return;
    }
    setCopied(true);
    onCopied?.();
    clearTimeout(timer.current);
    timer.current = setTimeout(() => setCopied(false), copiedMilliseconds);
  }

  return (
    <>
      <Button {...button} aria-label={bare ? label : undefined} onClick={() => void copy()}>
        {copied ? (
          <Check aria-hidden className={button.variant === 'primary' ? undefined : 'text-ok'} />
        ) : (
          <Copy aria-hidden />
        )}
        {!bare && (copied ? 'Copied' : label)}
      </Button>
      <span role="status" className="sr-only">
        {copied ? 'Copied' : ''}
      </span>
    </>
  );
}
