/** Under which name a run keeps the value that a task set. */
export function taskValueName(task: string, key: string): string {
  return `tasks.${task}.values.${key}`;
}
