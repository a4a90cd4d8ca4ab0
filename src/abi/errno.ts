/** The errno values that maps and helpers return (asm-generic/errno-base.h, errno.h), negated where they reach a program. */
export const ERRNO = {
  EPERM: 1,
  ENOENT: 2,
  E2BIG: 7,
  EAGAIN: 11,
  ENOMEM: 12,
  EACCES: 13,
  EFAULT: 14,
  EBUSY: 16,
  EEXIST: 17,
  ENODEV: 19,
  EINVAL: 22,
  ENOSPC: 28,
  ERANGE: 34,
  ENAMETOOLONG: 36,
  EOPNOTSUPP: 95,
  EAFNOSUPPORT: 97,
} as const;

export type ErrnoName = keyof typeof ERRNO;

/** The name of an errno value, or its number as text. */
export function errnoName(value: number): string {
  for (const [name, number] of Object.entries(ERRNO)) if (number === value) return name;
  return String(value);
}
