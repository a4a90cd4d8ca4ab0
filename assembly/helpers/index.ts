/** All helpers of `src/abi/helpers.ts`; the generated dispatch and the exports of the module take them from here. */
export * from "./checksum";
export * from "./cpu";
export * from "./loop";
export * from "./maps";
export * from "./packet_bounds";
export * from "./packet_bytes";
export * from "./perf";
export * from "./print";
export * from "./random";
export * from "./redirect";
export * from "./strings";
export * from "./time";
