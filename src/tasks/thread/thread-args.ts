/** Arguments of Node that concern the script of the main thread: how it was given, watched or debugged. */
const OF_THE_SCRIPT = /^(--input-type|--eval|--print|-e|-p|-pe|--test|--watch|--inspect)/;

/** Those that are followed by a word that belongs to them. */
const WITH_A_WORD = new Set(['--input-type', '--eval', '--print', '-e', '-p', '-pe']);

/** With which arguments of the process a thread of ours is started: it has a script of its own. */
export function threadArgs(execArgv: readonly string[]): string[] {
  return execArgv.filter(
    (arg, n) => !OF_THE_SCRIPT.test(arg) && !WITH_A_WORD.has(execArgv[n - 1] ?? ''),
  );
}
