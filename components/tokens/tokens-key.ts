/** Every query about tokens starts with this key. */
export const tokensKey = ['tokens'] as const;
