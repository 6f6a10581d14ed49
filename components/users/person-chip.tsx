import { cx } from 'class-variance-authority';
import { Avatar } from '#components/ui/avatar.tsx';

interface PersonChipProps {
  name: string;
  email: string;
  /** Paler: someone who is switched off or gone. */
  faded?: boolean;
  /** Said behind the name: "you". */
  note?: string | undefined;
  className?: string;
}

/** Who somebody is, in two short lines; what is too long is cut, and whole when pointed at. */
export function PersonChip({ name, email, faded = false, note, className }: PersonChipProps) {
  return (
    <span className={cx('flex min-w-0 items-center gap-2.5', className)}>
      <span className={faded ? 'opacity-60' : undefined}>
        <Avatar name={name} />
      </span>
      <span className="grid min-w-0">
        <span title={name} className={cx('truncate font-medium', faded && 'text-muted')}>
          {name}
          {note && <span className="font-normal text-faint"> ({note})</span>}
        </span>
        <span title={email} className="truncate text-xs text-faint">
          {email}
        </span>
      </span>
    </span>
  );
}
