declare global {
  interface Window {
    keywardMagicCode?: string;
  }
}

/** Runs before anything else on the page: takes the code out of the address, so that no history keeps it. */
export const magicCodeScript = `(function(){var c=new URLSearchParams(location.hash.slice(1)).get('code');if(!c)return;window.keywardMagicCode=c;history.replaceState(null,'',location.pathname)})()`;

export const magicCode = () => window.keywardMagicCode ?? null;
