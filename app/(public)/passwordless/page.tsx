import type { Metadata } from 'next';
import { LoginPage } from '#components/sessions/login-page.tsx';

export const metadata: Metadata = { title: 'Sign in' };

/** In the place of the sign-in page where passwords are off, so that no password field appears first. */
export default function PasswordlessLoginPage() {
  return <LoginPage hasPasswords={false} />;
}
