/** Where the program runs: a worker is a CPU, all on one node. */
import { Worker } from "../../src/abi/layout";
import { WORKER } from "../worker";

export function helper_get_smp_processor_id(): u64 {
  return load<u32>(WORKER, Worker.CPU);
}

export function helper_get_numa_node_id(): u64 {
  return 0;
}
