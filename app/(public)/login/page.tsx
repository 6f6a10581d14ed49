import type { Metadata } from 'next';
import { Doorway } from '#components/frame/doorway.tsx';
import { LoginForm } from '#components/sessions/login-form.tsx';

export const metadata: Metadata = { title: 'Sign in' };

export default function LoginPage() {
  return (
    <Doorway title="Sign in to Keyward">
      <LoginForm />
    </Doorway>
  );
}
