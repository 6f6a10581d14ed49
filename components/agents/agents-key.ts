/** Every query about agents and their rotations starts with this key. */
export const agentsKey = ['agents'] as const;
