declare global {
  interface Window {
    keywardLinkCode?: string;
  }
}

const keyStart = 'keyward-link-';

/**
 * Runs before anything else on the page: takes the code out of the address, so that no history keeps it. This tab keeps it
 * until it was used or refused, so that reloading does not lose it. A link pasted over this page changes only what follows
 * the `#`, which loads nothing by itself.
 */
export const linkCodeScript = `(function(){var c=new URLSearchParams(location.hash.slice(1)).get('code'),k='${keyStart}'+location.pathname;if(c)history.replaceState(null,'',location.pathname);try{if(c)sessionStorage.setItem(k,c);else c=sessionStorage.getItem(k)}catch{}if(c)window.keywardLinkCode=c;addEventListener('hashchange',function(){if(location.hash)location.reload()})})()`;

export const linkCode = () => window.keywardLinkCode ?? null;

/** For the next time: what is open now keeps its own. */
export function forgetLinkCode() {
  try {
    sessionStorage.removeItem(keyStart + window.location.pathname);
  } catch {
    // Where storage is refused there is nothing to forget.
  }
}
