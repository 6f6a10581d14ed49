import { CommandLine } from '#components/ui/command-line.tsx';
import { PageLink } from '#components/ui/page-link.tsx';

const link = 'font-medium text-accent-ink underline underline-offset-2';

/** What to do with it once it is there. */
export function AfterInstall({ server, isSignedIn }: { server: string; isSignedIn: boolean }) {
  const tokens = isSignedIn ? '/tokens' : '/login?next=%2Ftokens';
  return (
    <section aria-labelledby="next">
      <h2 id="next" className="mb-3 text-base font-semibold">
        What next
      </h2>
      <ol className="grid grid-cols-[minmax(0,1fr)] gap-4">
        <li>
          <p className="mb-2 text-muted">
            Sign in. Your browser asks you, and this machine gets its own token.
          </p>
          <CommandLine text={`keyward auth login --server ${server}`} label="Copy command to sign in" />
        </li>
        <li>
          <p className="mb-2 text-muted">See who you are, and until when.</p>
          <CommandLine text="keyward auth whoami" label="Copy command to see who you are" />
        </li>
        <li className="text-muted">
          For a CI job or another program,{' '}
          <PageLink href={tokens} className={link}>
            make a token
          </PageLink>{' '}
          and put it into <code className="font-mono text-sm text-ink">KEYWARD_TOKEN</code>.
        </li>
      </ol>
    </section>
  );
}
