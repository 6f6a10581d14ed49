export interface ToastMessage {
  title: string;
  detail?: string;
  tone?: 'done' | 'failed';
}

let waiting: ToastMessage[] = [];
const listeners = new Set<() => void>();

/** Says what happened, in a corner, for a few seconds. */
export function toast(message: ToastMessage) {
  waiting = [...waiting, message];
  for (const listener of listeners) listener();
}

export const waitingToasts = {
  subscribe(listener: () => void) {
    listeners.add(listener);
    return () => void listeners.delete(listener);
  },
  any: () => waiting.length > 0,
  take() {
    const taken = waiting;
    waiting = [];
    return taken;
  },
};
