import { Check, Copy as CopyIcon } from 'lucide-react';
import { useState } from 'react';
import { Button } from './button.js';

const SHOWN_MS = 1_500;

export function Copy({ text }: { readonly text: string }) {
  const [done, setDone] = useState(false);
  const copy = async () => {
    await write(text);
    setDone(true);
    setTimeout(() => setDone(false), SHOWN_MS);
  };
  return (
    <Button onClick={() => void copy()}>
      {done ? <Check size={14} aria-hidden /> : <CopyIcon size={14} aria-hidden />}
      {done ? 'Copied' : 'Copy'}
    </Button>
  );
}

/** On plain HTTP browsers have no clipboard for pages, but what is selected can be copied. */
async function write(text: string): Promise<void> {
  if (isSecureContext) return navigator.clipboard.writeText(text);
  const area = document.createElement('textarea');
  area.value = text;
  document.body.append(area);
  area.select();
  document.execCommand('copy');
  area.remove();
}
