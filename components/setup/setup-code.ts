declare global {
  interface Window {
    keywardSetupCode?: string;
  }
}

/** Runs before anything else on the page: takes the code out of the address, so that no history or log keeps it. */
export const setupCodeScript = `(function(){var u=new URL(location.href),c=u.searchParams.get('code');if(c){window.keywardSetupCode=c;u.searchParams.delete('code');history.replaceState(null,'',u)}})()`;

export const setupCode = () => window.keywardSetupCode ?? null;
