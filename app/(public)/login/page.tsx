import type { Metadata } from 'next';
import { Doorway } from '#components/frame/doorway.tsx';
import { LoginView } from '#components/sessions/login-view.tsx';
import { PageLink } from '#components/ui/page-link.tsx';

export const metadata: Metadata = { title: 'Sign in' };

export default function LoginPage() {
  return (
    <Doorway title="Sign in to Keyward">
      <LoginView />
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
