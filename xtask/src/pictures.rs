//! Takes the pictures of the documents anew, in a real browser, so that they stay true.

use anyhow::Result;

use crate::project::Project;
use crate::setup::Browser;
use crate::{dist, setup, shell};

/// Builds what is shipped and takes its pictures.
pub fn run(project: &Project) -> Result<()> {
    let toolbox = dist::run(project)?;
    let mut node = toolbox.command("node")?;
    node.current_dir(&project.root)
        .arg(project.browser_tests().join("pictures.mjs"));
    setup::browser(project, Browser::Chromium, &mut node)?;
    shell::say("Taking pictures");
    shell::run(&mut node)
}
