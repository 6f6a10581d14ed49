import { NavList } from './nav-list.tsx';

/** The navigation of a wide screen. */
export function Sidebar() {
  return (
    <nav
      aria-label="Main"
      className="sticky top-13 h-[calc(100dvh-3.25rem)] overflow-y-auto border-r border-line px-3 py-4 max-lg:hidden"
    >
      <NavList />
    </nav>
  );
}
