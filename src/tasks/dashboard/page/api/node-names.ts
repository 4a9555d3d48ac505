import { useQuery } from '@tanstack/react-query';
import { nodes } from './queries.js';

/** What a node is called; one that is long gone is known by the first part of its id. */
export function useNodeNames(): (id: string | null) => string {
  const { data } = useQuery(nodes());
  return (id) => {
    if (id === null) return '–';
    return data?.items.find((node) => node.id === id)?.name ?? id.slice(0, 8);
  };
}
