'use client';
import { type ReactNode, useState } from 'react';
import { CommandLine } from '#components/ui/command-line.tsx';
import { CopyButton } from '#components/ui/copy-button.tsx';
import { ManualCopy } from '#components/ui/manual-copy.tsx';

interface EnrollCommandProps {
  code: string;
  /** Its machine may hold the secret that it had before. */
  isAgain: boolean;
  onCopied: () => void;
}

/** What to paste on the machine: the command line, where it is not there yet, and the command with the code. */
export function EnrollCommand({ code, isAgain, onCopied }: EnrollCommandProps) {
  const [needsManualCopy, setNeedsManualCopy] = useState(false);
  const server = window.location.origin;
  const command = `keyward agent enroll ${code} --server ${server}${isAgain ? ' --replace' : ''}`;
  /** Selected and copied by hand, the code was copied too. */
  function noticeCopy() {
    if (String(window.getSelection()).replaceAll(/\s/gu, '').includes(code)) onCopied();
  }
  return (
    <ol className="grid gap-5">
      <Task
        title="Get the command line"
        note="Needs Node.js 20 or newer. Skip this where keyward is there already."
      >
        <CommandLine
          label="Copy install command"
          text={`npm install -g --@keyward:registry=${server}/npm/ @keyward/cli`}
        />
      </Task>
      <Task
        title="Enroll it"
        note="As the user that the agent runs as: its secret goes into a file of that user."
      >
        <div className="grid gap-2" onCopy={noticeCopy}>
          <code className="rounded-control border border-line-strong bg-sunken px-3 py-2 font-mono text-sm break-words select-all">
            {command}
          </code>
          <CopyButton
            data-first-focus
            variant="primary"
            size="lg"
            label="Copy command"
            text={command}
            onCopied={onCopied}
            onRefused={() => setNeedsManualCopy(true)}
          />
          {needsManualCopy && <ManualCopy text={command} onCopied={onCopied} />}
        </div>
      </Task>
    </ol>
  );
}

function Task({ title, note, children }: { title: string; note: string; children: ReactNode }) {
  return (
    <li>
      <p className="font-medium">{title}</p>
      <p className="mb-2 text-sm text-muted">{note}</p>
      {children}
    </li>
  );
}
