import type { Metadata } from 'next';
import { Doorway } from '#components/frame/doorway.tsx';
import { LoginView } from '#components/sessions/login-view.tsx';

export const metadata: Metadata = { title: 'Sign in' };

export default function LoginPage() {
  return (
    <Doorway title="Sign in to Keyward">
      <LoginView />
    </Doorway>
  );
}
