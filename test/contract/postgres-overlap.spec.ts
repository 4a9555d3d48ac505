import { describe } from 'vitest';
import { overlapCellsContract } from './overlap-cells.contract.js';
import { postgresStores } from './postgres-store.js';

describe('overlap', () => overlapCellsContract(postgresStores()));
