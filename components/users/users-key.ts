/** Every query about people starts with this key. */
export const usersKey = ['users'] as const;
