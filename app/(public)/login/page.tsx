import type { Metadata } from 'next';
import { LoginPage } from '#components/sessions/login-page.tsx';

export const metadata: Metadata = { title: 'Sign in' };

export default function PasswordLoginPage() {
  return <LoginPage hasPasswords />;
}
