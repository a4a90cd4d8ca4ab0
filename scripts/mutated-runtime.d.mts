/** Types of `mutated-runtime.mjs`, for tests. */
export function buildMutatedRuntime(mutate: (dispatch: string) => string, exported: string): Uint8Array;
