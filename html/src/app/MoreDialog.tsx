import { Link } from 'wouter';
import { Dialog } from '../shared/ui/Dialog';
import { Icon } from '../shared/ui/Icon';
import { navigation, onPhone } from './navigation';

/** The pages that have no place at the foot of a phone. */
export function MoreDialog({ onClose }: { onClose: () => void }) {
  return (
    <Dialog title="More" onClose={onClose}>
      <ul className="grid grid-cols-2 gap-2">
        {navigation
          .filter((n) => !onPhone.includes(n.href))
          .map((n) => (
            <li key={n.href}>
              <Link
                href={n.href}
                onClick={onClose}
                className="card flex items-center gap-2.5 px-3 py-3 hover:bg-hover"
              >
                <Icon name={n.icon} className="size-5 text-muted" />
                {n.name}
              </Link>
            </li>
          ))}
      </ul>
    </Dialog>
  );
}
