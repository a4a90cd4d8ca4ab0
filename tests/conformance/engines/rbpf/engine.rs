//! rbpf behind the batch protocol (docs/conformance-protocol.md): its interpreter, or its JIT with `--jit`. It needs
//! nothing but rbpf itself; it reads the requests that the suite writes and is no JSON parser.

use std::io::{self, BufRead, Write};

const VERSION: &str = match option_env!("RBPF_VERSION") {
    Some(version) => version,
    None => "unknown",
};

enum Answer {
    Value(u64),
    Error(&'static str, String),
}

fn main() {
    let jit = std::env::args().any(|argument| argument == "--jit");
    let mut out = io::stdout().lock();
    for line in io::stdin().lock().lines() {
        let line = line.expect("stdin is text");
        let Some(id) = number(&line, "\"id\":") else {
            let name = if jit { "rbpf-jit" } else { "rbpf-interp" };
            let claims = r#"["base32","base64","divmul32","divmul64"]"#;
            say(
                &mut out,
                &format!(r#"{{"hello":1,"name":"{name}","version":"{VERSION}","claims":{claims},"cpu":"v3"}}"#),
            );
            continue;
        };
        let program = bytes(&line, "\"program\":\"").unwrap_or_default();
        let memory = bytes(&line, "\"memory\":\"");
        let has_memory = memory.is_some();
        let mut memory = memory.unwrap_or_default();
        let text = match run(&program, &mut memory, jit) {
            Answer::Value(r0) if has_memory => {
                let hex: String = memory.iter().map(|byte| format!("{byte:02x}")).collect();
                format!(r#"{{"id":{id},"r0":"{r0:x}","memory":"{hex}"}}"#)
            }
            Answer::Value(r0) => format!(r#"{{"id":{id},"r0":"{r0:x}"}}"#),
            Answer::Error(kind, reason) => {
                format!(r#"{{"id":{id},"error":"{kind}","reason":"{}"}}"#, escaped(&reason))
            }
        };
        say(&mut out, &text);
    }
}

/// A panic of rbpf ends the process, and so counts as the crash that it is.
fn run(program: &[u8], memory: &mut [u8], jit: bool) -> Answer {
    let mut vm = match rbpf::EbpfVmRaw::new(Some(program)) {
        Ok(vm) => vm,
        Err(error) => return Answer::Error("rejected", error.to_string()),
    };
    // Helper 5, which the protocol wants.
    vm.register_helper(5, |a, _, _, _, _| a).expect("a helper can be registered");
    let result = if jit {
        if let Err(error) = vm.jit_compile() {
            return Answer::Error("rejected", error.to_string());
        }
        // What the JIT does with a program that its checks passed is what is being tested.
        unsafe { vm.execute_program_jit(memory) }
    } else {
        vm.execute_program(memory)
    };
    match result {
        Ok(r0) => Answer::Value(r0),
        Err(error) => Answer::Error("stopped", error.to_string()),
    }
}

fn say(out: &mut impl Write, line: &str) {
    writeln!(out, "{line}").and_then(|()| out.flush()).expect("stdout is open");
}

fn number<'a>(line: &'a str, key: &str) -> Option<&'a str> {
    let rest = &line[line.find(key)? + key.len()..];
    Some(&rest[..rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len())])
}

fn bytes(line: &str, key: &str) -> Option<Vec<u8>> {
    let rest = &line[line.find(key)? + key.len()..];
    let digits = &rest[..rest.find('"')?];
    (0..digits.len() / 2).map(|i| u8::from_str_radix(&digits[2 * i..2 * i + 2], 16).ok()).collect()
}

fn escaped(text: &str) -> String {
    let plain = |c: char| if c.is_ascii_graphic() && c != '"' && c != '\\' { c } else { ' ' };
    text.chars().take(300).map(plain).collect()
}
