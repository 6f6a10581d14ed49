import { zodResolver } from '@hookform/resolvers/zod';
import { acceptInviteInput, completeResetInput } from '#server/people/users/schema.ts';

export const acceptResolver = zodResolver(acceptInviteInput);
export const resetResolver = zodResolver(completeResetInput);
