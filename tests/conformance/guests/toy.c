/* The toy engine of this folder in C: `r0 = imm`, `r0 = *(u8 *)(r1 + off)`, `exit`; stops at offsets beyond the memory. */
#include "../engines/protocol.h"

static void run(const struct request *request, struct answer *answer)
{
    for (size_t at = 0; at + 8 <= request->program_size; at += 8) {
        const uint8_t *insn = request->program + at;
        int16_t offset;
        int32_t imm;
        memcpy(&offset, insn + 2, sizeof offset);
        memcpy(&imm, insn + 4, sizeof imm);
        if (insn[0] == 0xb7) answer->r0 = (uint64_t)(int64_t)imm;
        else if (insn[0] == 0x95) return;
        else if (insn[0] != 0x71) {
            fail(answer, "rejected", "unknown \"opcode\"\n");
            return;
        } else if (offset < 0 || (size_t)offset >= request->memory_size) {
            fail(answer, "stopped", "out of bounds");
            return;
        } else {
            answer->r0 = request->memory[offset];
            request->memory[offset] = 0xee;
        }
    }
    fail(answer, "rejected", "no exit");
}

int main(void)
{
    const struct engine engine = {"toy", "1.0", "[\"base64\"]", "v1", run};
    return serve(&engine);
}
