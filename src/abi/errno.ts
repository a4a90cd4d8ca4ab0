/** Names of the errno values that maps and helpers return, negated where they reach a program. */
import { Errno } from './errno_numbers.js';

export const ERRNO = {
  EPERM: Errno.EPERM,
  ENOENT: Errno.ENOENT,
  EINTR: Errno.EINTR,
  E2BIG: Errno.E2BIG,
  EBADF: Errno.EBADF,
  EAGAIN: Errno.EAGAIN,
  ENOMEM: Errno.ENOMEM,
  EACCES: Errno.EACCES,
  EFAULT: Errno.EFAULT,
  EBUSY: Errno.EBUSY,
  EEXIST: Errno.EEXIST,
  ENODEV: Errno.ENODEV,
  EINVAL: Errno.EINVAL,
  ENOSPC: Errno.ENOSPC,
  ERANGE: Errno.ERANGE,
  EDEADLK: Errno.EDEADLK,
  ENAMETOOLONG: Errno.ENAMETOOLONG,
  ENOSYS: Errno.ENOSYS,
  EPROTO: Errno.EPROTO,
  EBADMSG: Errno.EBADMSG,
  EOVERFLOW: Errno.EOVERFLOW,
  EOPNOTSUPP: Errno.EOPNOTSUPP,
  EAFNOSUPPORT: Errno.EAFNOSUPPORT,
  EALREADY: Errno.EALREADY,
  ENOTSUPP: Errno.ENOTSUPP,
} as const;

export type ErrnoName = keyof typeof ERRNO;

/** The name of an errno value, or its number as text. */
export function errnoName(value: number): string {
  for (const [name, number] of Object.entries(ERRNO)) if (number === value) return name;
  return String(value);
}
