import { Button } from '#components/ui/button.tsx';

interface SelectAllButtonProps {
  label: string;
  isBusy: boolean;
  onSelect: () => void;
}

export function SelectAllButton({ label, isBusy, onSelect }: SelectAllButtonProps) {
  return (
    <Button size="sm" variant="ghost" pending={isBusy} onClick={onSelect}>
      {label}
    </Button>
  );
}
