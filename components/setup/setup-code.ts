declare global {
  interface Window {
    keywardSetupCode?: string;
  }
}

const codeKey = 'keyward-setup-code';

/**
 * Runs before anything else on the page: takes the code out of the address, so that no history or log keeps it. This tab
 * keeps it until it was used or refused, so that reloading does not lose it.
 */
export const setupCodeScript = `(function(){var u=new URL(location.href),c=u.searchParams.get('code'),k='${codeKey}';if(c){u.searchParams.delete('code');history.replaceState(null,'',u)}try{if(c)sessionStorage.setItem(k,c);else c=sessionStorage.getItem(k)}catch{}if(c)window.keywardSetupCode=c})()`;

export const setupCode = () => window.keywardSetupCode ?? null;

/** For the next time: the form that holds it keeps its own. */
export function forgetSetupCode() {
  try {
    sessionStorage.removeItem(codeKey);
  } catch {
    // Where storage is refused there is nothing to forget.
  }
}
