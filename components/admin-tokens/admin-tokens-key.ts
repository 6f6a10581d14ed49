/** Every query about everyone's tokens starts with this key. */
export const adminTokensKey = ['admin-tokens'] as const;
