/**
 * Somebody has asked for the end of the run `r`. To be said in the SET of an UPDATE, where it is read
 * once the row's lock is had: it holds although it was asked for while the statement waited.
 */
export const cancelled = `(r.cancel_requested_at IS NOT NULL)`;

/** The error of such a run whose handler says nothing more. */
export const cancelledError = `jsonb_build_object(
            'name', 'CancelledError', 'message', coalesce(r.cancel_reason, 'cancelled'))`;
