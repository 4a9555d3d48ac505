import { useQuery } from '@tanstack/react-query';
import { capabilities } from './queries.js';
import type { Role } from './types.js';

/** Whether whoever looks may do what needs this role. What would be refused is not shown. */
export function useMay(role: Role): boolean {
  return useQuery(capabilities()).data?.may[role] ?? false;
}
