//! The hook that Trunk calls after each build: brings the folders of `static/` (catalogues,
//! lessons) and the programs beside the core into the built folder.
//!
//! Each file gets a name that changes with its content, and a line in the page that says where it
//! is. So a new page never meets an old catalogue in a cache, nor an old page a new one; and the
//! boot script finds a file of the folder and a block of the single file in the same way. The files
//! that lie in `static/` itself (styles, boot script, icon) are index.html's affair.
//!
//! Trunk lists the core. What it calls workers, the full program and the search, it leaves in the
//! folder under their plain names, for this hook to list.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, ensure};
use xxhash_rust::xxh64::xxh64;

use crate::catalogue;
use crate::html;
use crate::offline;
use crate::project::Project;

/// The core's glue, by its name in the page.
const CORE_GLUE: &str = "quorumscope.js";

/// The boot script, which Trunk must not minify: what it writes is for newer browsers.
const BOOT: &str = "boot.js";

/// The page's styles, all of them.
const STYLE: &str = "style.css";

/// The custom element: pages name it, so its name stays.
const EMBED: &str = "embed.js";
/// The list of the assets that only the full program asks for, a name and an address each: so many
/// that a first visit should not have to read where they are.
pub const LATE: &str = "late.txt";

/// The programs that are fetched when they are needed.
const LATER: [&str; 2] = ["quorumscope-full", "quorumscope-search"];

/// The program that runs in a worker, and the script in `static/` that goes with its glue.
const CARRIED: (&str, &str) = ("quorumscope-search", "search.js");

/// Does what the module says.
pub fn run(project: &Project) -> Result<()> {
    let staging = std::env::var_os("TRUNK_STAGING_DIR")
        .map(PathBuf::from)
        .context("only Trunk calls this: TRUNK_STAGING_DIR does not say where its build is")?;
    let is_release = std::env::var("TRUNK_PROFILE").is_ok_and(|profile| profile == "release");
    // Readers of the source have it as it was written, visitors without what only readers need.
    let shipped = |text: &str| match is_release {
        true => minified(project, text),
        false => Ok(text.to_owned()),
    };
    let glue_of = |program: &str, staged: &str| match is_release {
        true => glue(&as_written(project, program)?),
        false => glue(staged),
    };
    let page = staging.join("index.html");
    let html = fs::read_to_string(&page).context("Trunk has written no index.html")?;
    let html = one_style(&html, &staging)?;
    let html = replaced(&html, &staging, "link", CORE_GLUE, |staged| {
        shipped(&glue_of("quorumscope", staged)?)
    })?;
    let html = replaced(&html, &staging, "script", BOOT, shipped)?;
    let (late, mut lines) = copy(&project.assets(), &staging)?;
    lines.extend(programs(&staging, |program, staged| {
        let mut script = glue_of(program, staged)?;
        if program == CARRIED.0 {
            let carrier = fs::read_to_string(project.assets().join(CARRIED.1));
            let carrier = carrier.with_context(|| format!("there is no static/{}", CARRIED.1))?;
            script = format!("{script};\n{carrier}");
        }
        shipped(&script)
    })?);
    let file = put(&staging, LATE, late.concat().as_bytes())?;
    lines.push(line(LATE, &file));
    if is_release {
        lines.push(line(offline::WORKER, offline::WORKER));
    }
    let listed = list(&html, &lines)?;
    fs::write(&page, &listed).context("could not list the assets in index.html")?;
    // Those that have their names from outside: pages name the one, browsers keep the other's.
    let plain = |name: &str| {
        let text = fs::read_to_string(project.assets().join(name));
        shipped(&text.with_context(|| format!("there is no static/{name}"))?)
    };
    fs::write(staging.join(EMBED), plain(EMBED)?)?;
    if is_release {
        let worker = offline::worker(&plain(offline::WORKER)?, &listed)?;
        fs::write(staging.join(offline::WORKER), worker)?;
    }
    Ok(())
}

/// The page with one file in the place of its style sheets: compressed together they are a quarter
/// smaller, and one request.
fn one_style(html: &str, staging: &Path) -> Result<String> {
    let mut text = String::new();
    let mut spans = Vec::new();
    for tag in html::tags(html)? {
        if let (Some("stylesheet"), Some(href)) = (tag.get("rel"), tag.get("href")) {
            let file = staging.join(href.trim_start_matches("./"));
            text += &fs::read_to_string(&file).with_context(|| format!("there is no {href}"))?;
            fs::remove_file(file)?;
            spans.push(tag.span);
        }
    }
    ensure!(!spans.is_empty(), "the page has no styles");
    let file = put(staging, STYLE, text.as_bytes())?;
    let mut links = vec![format!("<link rel=\"stylesheet\" href=\"./{file}\">")];
    links.resize(spans.len(), String::new());
    Ok(html::replace(html, spans.into_iter().zip(links).collect()))
}

/// A script as short as it gets, for no newer browser than it was written for.
fn minified(project: &Project, text: &str) -> Result<String> {
    let terser = project.npm_programs().join("terser");
    let mut child = Command::new(&terser)
        .args(["--ecma", "5", "--compress", "passes=2", "--mangle"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .with_context(|| format!("could not start {}", terser.display()))?;
    let mut input = child.stdin.take().context("it reads nothing")?;
    input.write_all(text.as_bytes())?;
    drop(input);
    let output = child.wait_with_output()?;
    ensure!(output.status.success(), "terser refused a script");
    Ok(String::from_utf8(output.stdout)?)
}

/// Puts a script that Trunk has listed in another form, with the name that goes with it.
fn replaced(
    html: &str,
    staging: &Path,
    element: &str,
    name: &str,
    form: impl Fn(&str) -> Result<String>,
) -> Result<String> {
    let tags = html::tags(html)?;
    let stem = format!("./{}-", name.trim_end_matches(".js"));
    let mut addresses = tags
        .iter()
        .filter(|tag| tag.name == element)
        .filter_map(|tag| {
            let address = tag.get("href").or_else(|| tag.get("src"))?;
            (address.starts_with(&stem) && address.ends_with(".js")).then_some(address)
        });
    let address = addresses.next();
    let address = address.with_context(|| format!("the page does not list {name}"))?;
    let old = staging.join(address.trim_start_matches("./"));
    let text = fs::read_to_string(&old).with_context(|| format!("there is no {address}"))?;
    fs::remove_file(old)?;
    let to = put(staging, name, form(&text)?.as_bytes())?;
    Ok(html.replace(address, &format!("./{to}")))
}

/// A program's glue as wasm-bindgen wrote it. Trunk's minifier gives it other names in another order
/// each time, and a release is the same from the same source.
fn as_written(project: &Project, program: &str) -> Result<String> {
    let folder = project.target().join("wasm-bindgen").join("release");
    fs::read_to_string(folder.join(format!("{program}.js")))
        .with_context(|| format!("wasm-bindgen has written no {program}.js"))
}

/// Glue for a page that holds several programs: each defines `wasm_bindgen` as a script may do many
/// times over.
fn glue(text: &str) -> Result<String> {
    let rest = text.strip_prefix("let wasm_bindgen");
    let rest = rest.context("wasm-bindgen's glue begins with something else than expected")?;
    Ok(format!("var wasm_bindgen{rest}"))
}

/// Lists the programs that Trunk has left under their plain names, with scripts in another form.
fn programs(staging: &Path, form: impl Fn(&str, &str) -> Result<String>) -> Result<Vec<String>> {
    let mut lines = Vec::new();
    for program in LATER {
        let take = |file: String| -> Result<Vec<u8>> {
            let from = staging.join(&file);
            let bytes = fs::read(&from).with_context(|| format!("Trunk has built no {file}"))?;
            fs::remove_file(from)?;
            Ok(bytes)
        };
        let script = String::from_utf8(take(format!("{program}.js"))?)?;
        let script = form(program, &script)?;
        let wasm = take(format!("{program}_bg.wasm"))?;
        for (extension, bytes) in [("js", script.as_bytes()), ("wasm", &wasm)] {
            let name = format!("{program}.{extension}");
            let file = put(staging, &name, bytes)?;
            lines.push(line(&name, &file));
        }
    }
    Ok(lines)
}

/// Copies the assets and returns the lines that list them: those of the list of late ones, and
/// those of the page.
fn copy(assets: &Path, staging: &Path) -> Result<(Vec<String>, Vec<String>)> {
    let (mut late, mut lines) = (Vec::new(), Vec::new());
    for name in files_of_folders(assets)? {
        let bytes = fs::read(assets.join(&name))
            .with_context(|| format!("could not read static/{name}"))?;
        for (name, bytes) in catalogue::parts(&name, bytes)? {
            let file = put(staging, &name, &bytes)?;
            match is_early(&name) {
                true => lines.push(line(&name, &file)),
                false => late.push(format!("{name} ./{file}\n")),
            }
        }
    }
    Ok((late, lines))
}

/// Whether the core asks for an asset: the texts that all need, and those of its protocol.
fn is_early(name: &str) -> bool {
    let texts = name.strip_prefix("locales/");
    texts.is_some_and(|it| !it.contains('/') || it.ends_with("/raft.json"))
}

/// The page with the assets of the list of late ones listed as well.
pub fn with_late(page: &str, late: &str) -> Result<String> {
    let pairs = late.lines().filter_map(|it| it.split_once(" ./"));
    let lines: Vec<String> = pairs.map(|(name, file)| line(name, file)).collect();
    list(page, &lines)
}

/// Writes an asset under a name that changes with its content, and returns that name.
fn put(staging: &Path, name: &str, bytes: &[u8]) -> Result<String> {
    let hashed = hashed(name, bytes);
    let to = staging.join(&hashed);
    let folder = to.parent().context("an asset has a folder")?;
    fs::create_dir_all(folder)
        .and_then(|()| fs::write(&to, bytes))
        .with_context(|| format!("could not write {}", to.display()))?;
    Ok(hashed)
}

/// What lists an asset in the page.
fn line(name: &str, file: &str) -> String {
    format!("<link rel=\"asset\" data-asset=\"{name}\" href=\"./{file}\">")
}

/// The files below the folders of `root`, as paths from there, in the order of their names.
fn files_of_folders(root: &Path) -> Result<Vec<String>> {
    let mut files = Vec::new();
    let mut folders = vec![String::new()];
    while let Some(folder) = folders.pop() {
        let entries = fs::read_dir(root.join(&folder))
            .with_context(|| format!("could not read static/{folder}"))?;
        for entry in entries {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            if name.starts_with('.') {
                continue;
            }
            let path = if folder.is_empty() {
                name
            } else {
                format!("{folder}/{name}")
            };
            if entry.file_type()?.is_dir() {
                folders.push(path);
            } else if !folder.is_empty() {
                files.push(path);
            }
        }
    }
    files.sort();
    Ok(files)
}

/// `locales/en.json` → `locales/en-0123456789abcdef.json`
fn hashed(name: &str, bytes: &[u8]) -> String {
    let hash = xxh64(bytes, 0);
    match name.rsplit_once('.') {
        Some((stem, extension)) if !extension.contains('/') => {
            format!("{stem}-{hash:016x}.{extension}")
        }
        _ => format!("{name}-{hash:016x}"),
    }
}

fn list(html: &str, lines: &[String]) -> Result<String> {
    let end = html.find("</head>").context("index.html has no </head>")?;
    let (before, after) = html.split_at(end);
    let lines: String = lines.iter().map(|line| format!("  {line}\n")).collect();
    Ok(format!("{before}{lines}{after}"))
}

#[cfg(test)]
mod tests {
    use super::{glue, hashed, list};

    #[test]
    fn a_name_changes_with_the_content() {
        let (one, two) = (
            hashed("locales/en.json", b"{}"),
            hashed("locales/en.json", b"{ }"),
        );
        assert!(one.starts_with("locales/en-") && one.ends_with(".json"));
        assert_ne!(one, two);
        assert!(hashed("a.b/name", b"").starts_with("a.b/name-"));
    }

    #[test]
    fn glue_can_stand_beside_other_glue() {
        assert_eq!(
            glue("let wasm_bindgen=(a=>a)()").unwrap(),
            "var wasm_bindgen=(a=>a)()"
        );
        assert!(glue("const wasm_bindgen=1").is_err());
    }

    #[test]
    fn assets_are_listed_at_the_end_of_the_head() {
        let listed = list("<head>\n</head><body>", &["<link>".into()]).unwrap();
        assert_eq!(listed, "<head>\n  <link>\n</head><body>");
        assert!(list("<body>", &[]).is_err());
    }
}
