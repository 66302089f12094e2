import { spawnSync } from 'node:child_process';

/** @returns What the drivers call the GPU; a software renderer is named as one. */
export function gpuName(): string {
  const ask = (command: string, ...options: string[]) => spawnSync(command, options, { encoding: 'utf8' }).stdout ?? '';
  const nvidia = ask('nvidia-smi', '--query-gpu=name', '--format=csv,noheader').trim();
  if (nvidia !== '') return nvidia.replaceAll('\n', ', ');
  const vulkan = ask('vulkaninfo', '--summary').match(/deviceName\s*=\s*(.+)/)?.[1];
  return vulkan?.trim() ?? 'GPU that neither nvidia-smi nor vulkaninfo names';
}
