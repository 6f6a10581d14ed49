export const themeKey = 'keyward-theme';

/** Runs in the page's head, before anything is painted: a chosen theme never flashes the other one. */
export const themeScript = `try{var t=localStorage.getItem(${JSON.stringify(themeKey)});if(t==='light'||t==='dark')document.documentElement.dataset.theme=t}catch{}`;
