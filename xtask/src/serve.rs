//! Serves the lab for development: builds it, and builds it again when a file changes.

use std::net::TcpListener;

use anyhow::{Context as _, Result, bail};

use crate::project::Project;
use crate::setup::Toolbox;
use crate::{dist, shell};

/// The port that is tried first where none was asked for, and how many after it.
const FIRST_PORT: u16 = 8080;
const PORTS: u16 = 20;

/// What the command was told.
#[derive(Debug, Default, PartialEq)]
pub struct Options {
    port: Option<u16>,
    release: bool,
}

impl Options {
    /// Reads the words after the command.
    pub fn parse(words: &[String]) -> Result<Self> {
        let mut options = Self::default();
        let mut words = words.iter();
        while let Some(word) = words.next() {
            match word.as_str() {
                "--port" => {
                    let port = words.next().context("--port wants a number after it")?;
                    options.port = match port.parse() {
                        Ok(port @ 1..) => Some(port),
                        _ => bail!("{port} is not a port: it must be a number from 1 to 65535"),
                    };
                }
                "--release" => options.release = true,
                other => bail!("serve has no option `{other}`. See `cargo xtask help`"),
            }
        }
        Ok(options)
    }
}

/// Serves until it is stopped.
pub fn run(project: &Project, options: &Options) -> Result<()> {
    let port = free_port(options.port)?;
    let toolbox = match options.release {
        true => Toolbox::for_dist(project)?,
        false => Toolbox::for_serve(project)?,
    };
    dist::fetch(project)?;
    shell::say("Building the page");
    shell::say(format_args!(
        "When it is built, the lab is at http://127.0.0.1:{port}/"
    ));
    let mut trunk = dist::trunk(project, &toolbox, "serve")?;
    trunk.args(["--address", "127.0.0.1", "--port", &port.to_string()]);
    if options.release {
        trunk.arg("--release");
    }
    // Its own folder: what is shipped in dist/ must not turn into a build for development.
    trunk.arg("--dist").arg(project.target().join("serve"));
    shell::run(&mut trunk)
}

fn free_port(wanted: Option<u16>) -> Result<u16> {
    let is_free = |port: &u16| TcpListener::bind(("127.0.0.1", *port)).is_ok();
    match wanted {
        Some(port) if is_free(&port) => Ok(port),
        Some(port) => bail!("port {port} is taken. Choose another one with --port"),
        None => (FIRST_PORT..FIRST_PORT + PORTS)
            .find(is_free)
            .with_context(|| {
                format!("the {PORTS} ports from {FIRST_PORT} are taken. Choose one with --port")
            }),
    }
}

#[cfg(test)]
mod tests {
    use super::Options;

    fn parse(words: &str) -> anyhow::Result<Options> {
        Options::parse(
            &words
                .split_whitespace()
                .map(String::from)
                .collect::<Vec<_>>(),
        )
    }

    #[test]
    fn options_are_read_or_refused_with_a_reason() {
        assert_eq!(parse("").unwrap(), Options::default());
        assert_eq!(parse("--port 9000").unwrap().port, Some(9000));
        assert!(parse("--release").unwrap().release);
        for wrong in ["--port", "--port x", "--port 0", "--port 70000", "fast"] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }
}
