import { Dialog } from '../parts/dialog.js';
import { SHORTCUTS } from './shortcuts.js';

export function Help({ onClose }: { readonly onClose: () => void }) {
  return (
    <Dialog title="Keys" onClose={onClose} foot={null}>
      <KeyList />
    </Dialog>
  );
}

export function KeyList() {
  return (
    <dl className="facts">
      {SHORTCUTS.map(([keys, meaning]) => (
        <div key={keys} className="key">
          <dt>
            {keys.split(' ').map((key) => (
              <kbd key={key}>{key}</kbd>
            ))}
          </dt>
          <dd>{meaning}</dd>
        </div>
      ))}
    </dl>
  );
}
