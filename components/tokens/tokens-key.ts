/** Every query about tokens starts with this key. */
export const tokensKey = ['tokens'] as const;
export const tokenListKey = [...tokensKey, 'list'] as const;
