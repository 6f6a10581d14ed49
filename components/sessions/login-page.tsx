import { Doorway } from '#components/frame/doorway.tsx';
import { PageLink } from '#components/ui/page-link.tsx';
import { LoginView } from './login-view.tsx';

export function LoginPage({ hasPasswords }: { hasPasswords: boolean }) {
  return (
    <Doorway title="Sign in to Keyward">
      <LoginView hasPasswords={hasPasswords} />
      <p className="mt-8 text-sm text-muted">
        On a new machine?{' '}
        <PageLink
          href="/install"
          className="rounded-tag font-medium text-accent-ink underline underline-offset-2"
        >
          Install the command line
        </PageLink>
      </p>
    </Doorway>
  );
}
