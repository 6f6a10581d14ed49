'use client';
import type { DeskPage } from '#components/frame/pages.ts';
import { Dialog, DialogBody } from '#components/ui/dialog.tsx';
import { Kbd } from '#components/ui/kbd.tsx';
import { listKeys } from '#components/ui/list-keys.ts';

interface ShortcutsDialogProps {
  pages: readonly DeskPage[];
  commandKey: string;
  onClose: () => void;
}

/** Every key that does something. */
export function ShortcutsDialog({ pages, commandKey, onClose }: ShortcutsDialogProps) {
  const sections = [
    {
      title: 'Everywhere',
      keys: [
        [`${commandKey} K`, 'Search or run a command'],
        ['?', 'Show these shortcuts'],
        ['Esc', 'Close what is open'],
      ],
    },
    { title: 'In a list', keys: listKeys },
    { title: 'Go to', keys: pages.flatMap(({ key, label }) => (key ? [[`g ${key}`, label]] : [])) },
  ];
  return (
    <Dialog wide title="Keyboard shortcuts" onClose={onClose}>
      <DialogBody reading="Keys" className="sm:block! sm:columns-2 sm:gap-8">
        {sections.map(({ title, keys }) => (
          <section key={title} className="break-inside-avoid sm:not-last:mb-5">
            <h3 className="mb-1 text-sm font-medium text-faint">{title}</h3>
            <dl>
              {keys.map(([key = '', what]) => (
                <div
                  key={key}
                  className="flex min-h-8 items-center justify-between gap-4 not-first:border-t not-first:border-line"
                >
                  <dt className="order-2">
                    <Kbd keys={key} always />
                  </dt>
                  <dd>{what}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </DialogBody>
    </Dialog>
  );
}
