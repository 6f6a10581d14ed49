import type { Metadata } from 'next';
import { DashboardView } from '#components/dashboard/dashboard-view.tsx';

export const metadata: Metadata = { title: 'Home' };

export default function DashboardPage() {
  return (
    <div className="max-w-272">
      <DashboardView />
    </div>
  );
}
