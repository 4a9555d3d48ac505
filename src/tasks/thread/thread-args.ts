/** Arguments of Node that concern the script of the main thread: how it was given, watched or debugged. */
const OF_THE_SCRIPT = /^(--input-type|--eval|--print|-e|-p|-pe|--test|--watch|--inspect)/;

/** Those that are followed by a word that belongs to them. */
const WITH_A_WORD = new Set(['--input-type', '--eval', '--print', '-e', '-p', '-pe']);

/**
 * Starts a thread of ours with the arguments of the process, but for those of its script: it has a script of its own.
 *
 * Those that hold for the whole process, such as `--max-old-space-size`, a thread may inherit and must not be given. So
 * it inherits all where none is to be left out. Else Node refuses it, and says which ones are the reason.
 *
 * @param start undefined: it inherits what the process has
 */
export function startWithArgs<T>(
  execArgv: readonly string[],
  start: (execArgv: string[] | undefined) => T,
): T {
  const left = execArgv.filter(
    (arg, n) => !OF_THE_SCRIPT.test(arg) && !WITH_A_WORD.has(execArgv[n - 1] ?? ''),
  );
  if (left.length === execArgv.length) return start(undefined);
  try {
    return start(left);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code !== 'ERR_WORKER_INVALID_EXEC_ARGV') throw error;
    return start(left.filter((arg) => !message.includes(arg)));
  }
}
