import type { Debugger, Session } from 'node:inspector';

type Evaluated = Debugger.EvaluateOnCallFrameReturnType;

/** It is not waited for longer than this. In ms. */
const PATIENCE_MS = 2_000;

/** So often it is halted at most until it says for whom it works. */
const MAX_HALTS = 4;

/** Under which the main thread says for what it works: see `runner/working-now.ts`. */
const EXPRESSION = `globalThis[Symbol.for('carillon.working-now')]?.() ?? null`;

/**
 * What keeps the main thread busy, in words. The thread cannot be asked, as it does not come round; so it is halted in
 * the midst of it for less than a millisecond, looked at, and let go on. Null: it could not be found out.
 *
 * @param isStill whether it has not come round since: what it does after that is not what was asked for
 */
export async function whatRuns(isStill: () => boolean): Promise<string | null> {
  try {
    // A Node that was built without it has none.
    const { Session: Inspector } = await import('node:inspector');
    return await halted(new Inspector(), isStill);
  } catch {
    return null;
  }
}

function halted(session: Session, isStill: () => boolean): Promise<string | null> {
  return new Promise((resolve) => {
    const done = (answer: string | null) => {
      clearTimeout(patience);
      session.post('Debugger.resume');
      session.post('Debugger.disable', () => session.disconnect());
      resolve(answer);
    };
    const patience = setTimeout(() => done(null), PATIENCE_MS);
    session.connectToMainThread();
    const urls = new Map<string, string>();
    session.on('Debugger.scriptParsed', ({ params: { scriptId, url } }) => urls.set(scriptId, url));
    let halts = 0;
    const again = () => {
      session.once('Debugger.resumed', () => session.post('Debugger.pause'));
      session.post('Debugger.resume');
    };
    session.on('Debugger.paused', ({ params: { callFrames } }) => {
      // The first halt of a process may fall into what Node itself does to be debugged, in another context.
      if (++halts === 1) return again();
      const frame = callFrames[0];
      if (!frame || !isStill()) return done(null);
      const asked = { callFrameId: frame.callFrameId, expression: EXPRESSION, silent: true };
      session.post('Debugger.evaluateOnCallFrame', asked, (_, answer?: Evaluated) => {
        const work = answer?.result.value as string | null | undefined;
        // So may a later one, now and then: what is nobody's work is so each time.
        if (!work && halts < MAX_HALTS) return again();
        done(`${work ?? 'code outside of tasks and requests'}${placeOf(callFrames, urls)}`);
      });
    });
    session.post('Debugger.enable', () => session.post('Debugger.pause'));
  });
}

/** The host's own code comes first: what lies on top of it may be a library's. */
function placeOf(frames: readonly Debugger.CallFrame[], urls: ReadonlyMap<string, string>): string {
  const urlOf = ({ location }: Debugger.CallFrame) => urls.get(location.scriptId) ?? '';
  const inFiles = frames.filter((frame) => urlOf(frame).startsWith('file:'));
  const frame = inFiles.find((each) => !urlOf(each).includes('/node_modules/')) ?? inFiles[0];
  if (!frame) return '';
  const { functionName, location } = frame;
  const file = urlOf(frame).split('/').at(-1);
  return `, in ${functionName || 'a function'} (${file}:${location.lineNumber + 1})`;
}
