/** Every query about open links starts with this key. */
export const linksKey = ['links'] as const;
