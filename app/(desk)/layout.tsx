import type { ReactNode } from 'react';
import { BottomBar } from '#components/frame/bottom-bar.tsx';
import { Header } from '#components/frame/header.tsx';
import { OfflineBar } from '#components/frame/offline-bar.tsx';
import { Sidebar } from '#components/frame/sidebar.tsx';
import { LiveUpdates } from '#components/live/live-updates.tsx';
import { SignInAgain } from '#components/sessions/sign-in-again.tsx';

export default function DeskLayout({ children }: { children: ReactNode }) {
  return (
    <>
      <a
        href="#content"
        className="sr-only z-50 rounded-control bg-raised px-3 py-2 font-medium shadow-float focus:not-sr-only focus:fixed focus:top-2 focus:left-2 focus:px-3! focus:py-2!"
      >
        Skip to content
      </a>
      <Header />
      <OfflineBar />
      <LiveUpdates />
      <div className="mx-auto max-w-desk lg:grid lg:grid-cols-[14rem_minmax(0,1fr)]">
        <Sidebar />
        <main
          id="content"
          tabIndex={-1}
          className="@container scroll-mt-13 px-4 pt-6 pb-32 outline-none tablet:pb-16 md:px-6"
        >
          {children}
        </main>
      </div>
      <BottomBar />
      <SignInAgain />
    </>
  );
}
