/** The sign-in page, for somebody who is signed in, and back to here. */
export function signInAgainAddress(): string {
  const here = window.location.pathname + window.location.search;
  return `/login?again=1&next=${encodeURIComponent(here)}${window.location.hash}`;
}
