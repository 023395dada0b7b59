//! Which module a function belongs to, from its name in the wasm file.
//!
//! wasm-bindgen has demangled the names already, in the two ways that Rust mangles them:
//! `quorumscope::app::stage::draw::h0123456789abcdef` and `core[0123456789abcdef]::fmt::write`,
//! `<yew::virtual_dom::VNode as core::clone::Clone>::clone::h0123456789abcdef`.

/// How many parts of a path of the lab itself to keep: `quorumscope::app::stage`.
const OWN_DEPTH: usize = 3;

/// How many of another crate: `core::fmt`.
const DEPTH: usize = 2;

/// The module of a function.
pub fn module(function: &str) -> String {
    let name = without_crate_hashes(function);
    // A function of a type belongs to the type; one of a plain type, such as a number, to the
    // trait that it implements.
    let of_type = name.trim_start_matches('<').split(" as ");
    let path = of_type.map(path).find(|path| path.contains("::"));
    path.map_or_else(|| "(no module)".to_owned(), shortened)
}

/// The path that a type's name is or begins with, without references and the like.
fn path(name: &str) -> &str {
    let mut name = name;
    loop {
        let bare = name.trim_start_matches(['&', '[', '(', '*', '<', ' ']);
        let bare = ["mut ", "const ", "dyn "]
            .iter()
            .fold(bare, |bare, word| bare.strip_prefix(word).unwrap_or(bare));
        if bare == name {
            break;
        }
        name = bare;
    }
    let end = name.find(|c: char| !(c.is_alphanumeric() || "_:$.".contains(c)));
    &name[..end.unwrap_or(name.len())]
}

/// The modules of a path, no deeper than a table wants them.
fn shortened(path: &str) -> String {
    let parts: Vec<&str> = path
        .split("::")
        .filter(|part| !part.is_empty() && !is_hash(part))
        .collect();
    let depth = if parts[0] == "quorumscope" {
        OWN_DEPTH
    } else {
        DEPTH
    };
    // The last part is the function, or the type whose function it is.
    let modules = parts.len().saturating_sub(1).max(1);
    parts[..depth.min(modules)].join("::")
}

/// The hash that a name of the older kind ends with.
fn is_hash(part: &str) -> bool {
    part.len() == 17 && part.starts_with('h') && part[1..].chars().all(|c| c.is_ascii_hexdigit())
}

/// Takes out the hashes that names of the newer kind have behind each crate.
fn without_crate_hashes(name: &str) -> String {
    let mut parts = name.split('[');
    let mut kept = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        match part.split_once(']') {
            Some((hash, rest))
                if hash.len() >= 14 && hash.chars().all(|c| c.is_ascii_hexdigit()) =>
            {
                kept.push_str(rest);
            }
            _ => {
                kept.push('[');
                kept.push_str(part);
            }
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::module;

    #[test]
    fn names_have_a_module() {
        for (name, expected) in [
            (
                "quorumscope::app::stage::draw::h0123456789abcdef",
                "quorumscope::app::stage",
            ),
            ("quorumscope::main::h0123456789abcdef", "quorumscope"),
            (
                "<yew::virtual_dom::VNode as core::clone::Clone>::clone",
                "yew::virtual_dom",
            ),
            (
                "<&mut alloc::vec::Vec<T> as core::fmt::Debug>::fmt",
                "alloc::vec",
            ),
            (
                "<u32 as core[c5930c85a12de822]::fmt::Display>::fmt",
                "core::fmt",
            ),
            ("<[T] as core::fmt::Debug>::fmt", "core::fmt"),
            (
                "<dlmalloc[e24a27700634d609]::dlmalloc::Dlmalloc<S>>::malloc",
                "dlmalloc::dlmalloc",
            ),
            ("core::ptr::drop_in_place<web_sys::Node>", "core::ptr"),
            ("__wbindgen_malloc", "(no module)"),
        ] {
            assert_eq!(module(name), expected, "{name}");
        }
    }
}
