//! What builds, packs, tests and measures the lab. `cargo xtask help` lists the commands.
//!
//! There is one build path: [`dist`] makes the folder and the single file, and those are what the
//! browser tests open and what is shipped.

mod assets;
mod catalogue;
mod dist;
mod examples;
mod figures;
mod guides;
mod html;
mod leaks;
mod offline;
mod only;
mod pictures;
mod project;
mod release;
mod serve;
mod setup;
mod shell;
mod single;
mod test;

use std::process::ExitCode;

use anyhow::{Result, bail};

use crate::project::Project;

const HELP: &str = "\
Builds, packs, tests and measures the lab. Each command first sets up what it misses.

  cargo xtask serve [--port N] [--release]   serve the lab, and build it again when a file changes
  cargo xtask dist                           build dist/ and dist-single/quorumscope.html
  cargo xtask release [--tag TAG] [--verify] build a commit into dist-release/, with an archive and
                                             sums; --verify builds it twice and compares
  cargo xtask test [--native] [--browser]    run every check and test, or only one half of them
                   [--chromium] [--firefox]  the browser tests, in these; in Chromium, if not said
                   [--jobs N]                so many browser tests at a time: two, if not said
                   [WORD…]                   of the browser tests, only those whose name has a WORD
  cargo xtask examples                       build the pages of examples/embedding in target/examples/
  cargo xtask figures                        print what the budgets are about: bytes and times
  cargo xtask pictures                       take the pictures of the documents anew
  cargo xtask guides [--follow]              render the guides into dist/guides/, links checked; or
                                             only try the one that adds a protocol
  cargo xtask assets                         what Trunk calls after a build; not for people
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match dispatch(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\nxtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn dispatch(arguments: &[String]) -> Result<()> {
    let Some((command, rest)) = arguments.split_first() else {
        print!("{HELP}");
        return Ok(());
    };
    let project = Project::find()?;
    match command.as_str() {
        "serve" => serve::run(&project, &serve::Options::parse(rest)?),
        "dist" => no_more(rest).and_then(|()| dist::run(&project).map(drop)),
        "release" => release::run(&project, &release::Options::parse(rest)?),
        "test" => test::run(&project, &test::Options::parse(rest)?),
        "examples" => no_more(rest).and_then(|()| examples::run(&project)),
        "figures" => no_more(rest).and_then(|()| figures::run(&project)),
        "pictures" => no_more(rest).and_then(|()| pictures::run(&project)),
        "guides" if *rest == ["--follow"] => guides::following::run(&project),
        "guides" => no_more(rest).and_then(|()| guides::run(&project)),
        "assets" => no_more(rest).and_then(|()| assets::run(&project)),
        "help" | "--help" | "-h" => {
            print!("{HELP}");
            Ok(())
        }
        other => bail!("there is no command `{other}`. `cargo xtask help` lists the commands"),
    }
}

fn no_more(rest: &[String]) -> Result<()> {
    match rest.first() {
        None => Ok(()),
        Some(extra) => bail!("`{extra}` is not an option of this command. See `cargo xtask help`"),
    }
}
