import { toast } from '#components/ui/toast.ts';
import { problemOf, sentenceOf } from './problem.ts';

interface ToastProblemOptions {
  title?: string;
  about?: string;
}

/** Says that a change was refused or did not get through, and why. */
export function toastProblem(
  error: unknown,
  { title = 'Nothing was changed', about }: ToastProblemOptions = {},
) {
  toast({ title, detail: sentenceOf(problemOf(error)), variant: 'error', ...(about && { about }) });
}
