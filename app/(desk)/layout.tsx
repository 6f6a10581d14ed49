import type { ReactNode } from 'react';
import { Header } from '#components/frame/header.tsx';
import { OfflineBar } from '#components/frame/offline-bar.tsx';
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
      <main
        id="content"
        tabIndex={-1}
        className="mx-auto max-w-272 scroll-mt-13 px-4 pt-6 pb-16 outline-none md:px-6"
      >
        {children}
      </main>
      <SignInAgain />
    </>
  );
}
