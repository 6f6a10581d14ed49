/** Every query about one's own account starts with this key. */
export const accountKey = ['account'] as const;
