'use client';
import { Tabs } from '@base-ui/react/tabs';
import { CopyButton } from '#components/ui/copy-button.tsx';
import { snippetsFor } from './snippets.ts';

interface SnippetTabsProps {
  token: string;
  /** The token as it may be seen now. */
  visible: string;
  onCopied: () => void;
  onRefused: (text: string) => void;
}

export function SnippetTabs({ token, visible, onCopied, onRefused }: SnippetTabsProps) {
  const snippets = snippetsFor(window.location.origin);
  return (
    <Tabs.Root defaultValue={snippets[0]?.id} className="min-w-0">
      <p className="mb-1.5 font-medium">Ready to paste</p>
      <div className="overflow-hidden rounded-control border border-line">
        <Tabs.List
          aria-label="Ready to paste"
          className="flex gap-1 overflow-x-auto border-b border-line px-1.5 [scrollbar-width:none]"
        >
          {snippets.map(({ id, label }) => (
            <Tabs.Tab
              key={id}
              value={id}
              className="relative h-9 px-2 text-sm whitespace-nowrap text-muted transition-colors duration-120 hover:text-ink focus-visible:-outline-offset-4 data-active:font-medium data-active:text-ink data-active:after:absolute data-active:after:inset-x-2 data-active:after:bottom-0 data-active:after:h-0.5 data-active:after:rounded-full data-active:after:bg-accent-ink"
            >
              {label}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        {snippets.map(({ id, label, note, text }) => (
          <Tabs.Panel key={id} value={id} className="relative bg-sunken focus-visible:-outline-offset-2">
            <pre className="min-h-16 py-3 pr-12 pl-3 font-mono text-sm break-all whitespace-pre-wrap">
              {text(visible)}
            </pre>
            {note && <p className="px-3 pb-3 text-sm text-muted">{note}</p>}
            <CopyButton
              bare
              variant="ghost"
              size="icon"
              label={`Copy for ${label}`}
              text={text(token)}
              onCopied={onCopied}
              onRefused={() => onRefused(text(token))}
              className="absolute! top-1.5 right-1.5"
            />
          </Tabs.Panel>
        ))}
      </div>
    </Tabs.Root>
  );
}
