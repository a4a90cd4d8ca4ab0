/**
 * The errno values that maps and helpers return (asm-generic/errno-base.h, errno.h), shared by TypeScript and
 * AssemblyScript: one `const enum`, no imports.
 */
export const enum Errno {
  EPERM = 1,
  ENOENT = 2,
  EINTR = 4,
  E2BIG = 7,
  EBADF = 9,
  EAGAIN = 11,
  ENOMEM = 12,
  EACCES = 13,
  EFAULT = 14,
  EBUSY = 16,
  EEXIST = 17,
  ENODEV = 19,
  EINVAL = 22,
  ENOSPC = 28,
  ERANGE = 34,
  EDEADLK = 35,
  ENAMETOOLONG = 36,
  ENOSYS = 38,
  EPROTO = 71,
  EBADMSG = 74,
  EOVERFLOW = 75,
  EOPNOTSUPP = 95,
  EAFNOSUPPORT = 97,
  EALREADY = 114,
  /** The kernel's own, from linux/errno.h. */
  ENOTSUPP = 524,
}
