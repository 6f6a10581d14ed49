import type { Metadata } from 'next';
import { AccountView } from '#components/account/account-view.tsx';

export const metadata: Metadata = { title: 'Account' };

export default function AccountPage() {
  return (
    <div className="max-w-272">
      <AccountView />
    </div>
  );
}
