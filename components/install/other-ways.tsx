import type { ReactNode } from 'react';
import { installedPath, installLine } from '#components/claude-setup/setup-text.ts';
import { Card } from '#components/ui/card.tsx';
import { CommandLine } from '#components/ui/command-line.tsx';

/** The same by hand. */
export function OtherWays({ server }: { server: string }) {
  const registry = `--@keyward:registry=${server}/npm/`;
  return (
    <Card>
      <Way title="npm" command={installLine(server)}>
        Any npm from 10 on, for this user alone: the program is {installedPath}. This server is the registry
        of this one package.
      </Way>
      <Way title="npx" command={`npx ${registry} @keyward/cli --help`}>
        Runs it without installing it.
      </Way>
      <Way title="One file" command={`curl -fsSLO ${server}/cli/keyward.mjs && node keyward.mjs --help`}>
        Needs nothing but Node.js. Its SHA-256 is at{' '}
        <a
          href={`${server}/cli/keyward.mjs.sha256`}
          className="break-all text-accent-ink underline underline-offset-2"
        >
          {server}/cli/keyward.mjs.sha256
        </a>
        .
      </Way>
      <Way title="Windows" command={`irm ${server}/cli/install.ps1 | iex`}>
        In PowerShell, with Node.js 20 or newer.
      </Way>
    </Card>
  );
}

function Way({ title, command, children }: { title: string; command: string; children: ReactNode }) {
  return (
    <section className="px-4 py-4 not-first:border-t not-first:border-line sm:px-5">
      <h2 className="font-medium">{title}</h2>
      <p className="mb-3 text-sm text-muted">{children}</p>
      <CommandLine text={command} label={`Copy command for ${title}`} />
    </section>
  );
}
