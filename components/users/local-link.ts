const local = /^(localhost|.+\.localhost|127(\.\d+){3}|\[::1\])$/;

/** Whether a link leads nowhere but to the machine that it is opened on. */
export const isLocalLink = (url: string): boolean => local.test(new URL(url).hostname);
