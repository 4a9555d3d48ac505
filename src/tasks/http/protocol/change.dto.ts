import { z } from 'zod';
import { isStorable } from '../../domain/storable.js';

/** Of why somebody changes something, in characters. */
export const MAX_REASON = 500;

export const reason = z.string().trim().min(1).max(MAX_REASON).refine(isStorable).nullable();

/** A body that has nothing to say. */
export const emptySchema = z.strictObject({}).prefault({});
