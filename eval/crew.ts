import { type ChildProcess, fork } from 'node:child_process';
import path from 'node:path';
import type { CrewOptions, DriveAnswer, DriveTask, FamilyGrade } from './crew-task.ts';

/** Drives in processes of their own, since drawing, decoding and judging share no thread with one another otherwise. */
export class Crew {
  readonly #processes: readonly ChildProcess[];

  /** @param size How many drives go on at once. */
  constructor(size: number, options: CrewOptions) {
    const file = path.join(import.meta.dirname, 'crew-process.ts');
    this.#processes = Array.from({ length: size }, () => fork(file, [JSON.stringify(options)], { serialization: 'advanced' }));
  }

  /**
   * Does all tasks, in their order, each by whoever is free.
   * @param onDone Called after each.
   */
  async run(
    tasks: readonly DriveTask[],
    onDone: (task: DriveTask, answer: DriveAnswer, done: number) => void,
  ): Promise<readonly FamilyGrade[]> {
    const waiting = [...tasks];
    const graded: FamilyGrade[] = [];
    let done = 0;
    await Promise.all(
      this.#processes.map(async (worker) => {
        for (let task = waiting.shift(); task; task = waiting.shift()) {
          const answer = await ask(worker, task);
          if ('graded' in answer) graded.push(...answer.graded);
          onDone(task, answer, ++done);
        }
      }),
    );
    return graded;
  }

  async close(): Promise<void> {
    await Promise.all(
      this.#processes.map(
        (worker) =>
          new Promise<void>((resolve) => {
            if (worker.exitCode !== null || worker.signalCode !== null) return resolve();
            worker.once('exit', () => resolve());
            if (worker.connected) worker.disconnect();
          }),
      ),
    );
  }
}

function ask(worker: ChildProcess, task: DriveTask): Promise<DriveAnswer> {
  return new Promise((resolve, reject) => {
    const onExit = (code: number | null, signal: string | null) =>
      reject(new Error(`A worker ended (${signal ?? code}) while it drove ${task.scenario}; its own words are above.`));
    worker.once('exit', onExit);
    worker.once('message', (answer: DriveAnswer) => {
      worker.off('exit', onExit);
      resolve(answer);
    });
    worker.send(task);
  });
}
