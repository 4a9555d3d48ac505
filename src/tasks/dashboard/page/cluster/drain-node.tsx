import { ask, segment } from '../api/client.js';
import { useMay } from '../api/may.js';
import type { Node } from '../api/types.js';
import { useAct } from '../actions/use-act.js';
import { Button } from '../parts/button.js';

/** Has a node take no more runs, or take them again. */
export function DrainNode({ node }: { readonly node: Node }) {
  const { act, busy } = useAct();
  if (!useMay('admin') || !node.roles.includes('worker')) return null;
  const drain = !node.draining;
  const send = () =>
    act(
      () => ask('POST', `nodes/${segment(node.id)}/drain`, { body: { drain } }),
      drain ? `${node.name} takes no more runs.` : `${node.name} takes runs again.`,
    );
  return (
    <Button disabled={busy} onClick={() => void send()}>
      {drain ? 'Drain' : 'End draining'}
      <span className="hidden-text"> {node.name}</span>
    </Button>
  );
}
